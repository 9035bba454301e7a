import CramCommand
import DataPrep
import DocumentCommand

/// Other text that documents must not share.
struct AgainstOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Drop documents that share word n-grams with the text of these files, folders or globs (evaluation sets). Name the inputs before it.",
      valueName: "file"))
  var against: [String] = []

  @Option(
    help:
      "What goes: the whole document (drop), or the words that it shares (cut) (default: drop).")
  var againstPolicy: AgainstSettings.Policy?

  @Option(
    help: ArgumentHelp(
      "Words of an n-gram (default: \(AgainstSettings.usualNgram)).", valueName: "words"))
  var againstNgram: Int?

  @Option(
    help: ArgumentHelp(
      "The field that holds the text in these files (default: that of the inputs).",
      valueName: "name"))
  var againstTextField: String?

  /// What is asked for; the files are read as `input` says.
  func settings(_ input: InputOptions) throws -> AgainstSettings? {
    guard !against.isEmpty else {
      if let given = given.first {
        throw UsageError("\(given) says what --against does: give --against too")
      }
      return nil
    }
    guard !against.contains("-") else {
      throw UsageError("--against -: it is read by every pass; name files")
    }
    let ngram = againstNgram ?? AgainstSettings.usualNgram
    guard AgainstSettings.ngrams.contains(ngram) else {
      let known = AgainstSettings.ngrams
      throw UsageError(
        "--against-ngram \(ngram): expected \(known.lowerBound) to \(known.upperBound) words")
    }
    var inputs = input.corpus
    (inputs.paths, inputs.filesFrom) = (against, nil)
    inputs.textField = againstTextField ?? inputs.textField
    return AgainstSettings(
      corpus: try Corpus(inputs), ngram: ngram, policy: againstPolicy ?? .drop)
  }

  /// The options that say how, as they were given.
  private var given: [String] {
    var given: [String] = []
    if let againstPolicy { given += ["--against-policy", againstPolicy.rawValue] }
    if let againstNgram { given += ["--against-ngram", String(againstNgram)] }
    if let againstTextField { given += ["--against-text-field", againstTextField] }
    return given
  }

  /// The same options for a planned command.
  var plannedArguments: [String] {
    guard !against.isEmpty else { return [] }
    return ["--against"] + against.map(InputOptions.absolute) + given
  }
}

extension AgainstSettings.Policy: ExpressibleByArgument {}
