import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol
import Tokenization

@main struct VocabularyVerb {
  static func main() { runCommand(VocabularyCommand.self) }
}

extension NormalizerPreset: ExpressibleByArgument {}
extension VocabularyRecipe.Order: ExpressibleByArgument {}

struct VocabularyCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "vocab", abstract: "Trains a WordPiece vocabulary.",
    discussion: """
      DIR gets tokenizer.json and vocab.txt, which the Python packages tokenizers and transformers load, and report.json. \
      The same documents and options give the same bytes, whatever the number of threads.

      Examples:
        cram vocab corpus/ --output vocabulary
        cram vocab 'clean/*.jsonl.zst' --size 16384 --sample 0.1 --output vocabulary
        cram vocab wiki.jsonl.gz --normalizer bert-cased --limit-alphabet 1000 --output vocabulary
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Number of pieces, the five special tokens included.")
  var size = Count(32768)

  @Option(help: "Join no pair of pieces that occurs less often.")
  var minFrequency = Count(0)

  @Option(
    help: ArgumentHelp(
      "Give only the N most frequent characters pieces of their own (default: all).",
      valueName: "n"))
  var limitAlphabet: Count?

  @Option(help: ArgumentHelp("Learn from this share of the documents.", valueName: "fraction"))
  var sample = 1.0

  @Option(
    help: """
      How text is normalized: cram (lower-case ASCII, no word lost), paper (as the paper's code), bert-uncased or \
      bert-cased (all scripts).
      """)
  var normalizer = NormalizerPreset.cram

  @Option(help: "How pieces are numbered: frequency (falling use) or merge (as they arose).")
  var order = VocabularyRecipe.Order.frequency

  @OptionGroup var partition: PartitionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard sample > 0, sample <= 1 else {
      throw ValidationError("--sample \(sample): expected above 0 and at most 1")
    }
    guard (6...(1 << 24)).contains(size.value) else {
      throw ValidationError("--size \(size.value): expected 6 to \(1 << 24)")
    }
  }

  func run() throws {
    try input.requireInput()
    let task = try partition.task()
    let training = VocabularyTraining(
      recipe, corpus: try Corpus(input.corpus), share: sample, seed: common.seed)
    let command = training.command(output: output.folder, overwrite: output.overwrite)
    let console = common.console
    let outcome = try partition.perform(
      task, training, command, input, common, options: plannedArguments
    ) {
      try training.perform(command, threads: common.threadCount, cancellation: .process) {
        try console.showing($0, $1)
      }
    }
    console.conclude(outcome, in: output.folder, line: Self.line)
  }

  private var plannedArguments: [String] {
    var arguments = ["--size", "\(size.value)", "--min-frequency", "\(minFrequency.value)"]
    if let limitAlphabet { arguments += ["--limit-alphabet", "\(limitAlphabet.value)"] }
    arguments += ["--sample", "\(sample)", "--normalizer", normalizer.rawValue]
    return arguments + ["--order", order.rawValue]
  }

  /// What was made, in one line for people.
  private static func line(of report: StageReport) -> String {
    func fact(_ key: String) -> JSONValue? { report.extra.first { $0.key == key }?.value }
    let pieces = Amount.grouped(UInt64(clamping: fact("vocabulary_size")?.int ?? 0))
    let unknown = Amount.grouped(UInt64(clamping: fact("unknown_words")?.int ?? 0))
    return
      "\(pieces) pieces from \(Amount.grouped(report.output.documents)) documents, "
      + "\(Amount.fixed(fact("characters_per_token")?.double ?? 0, 2)) characters a token, "
      + "\(unknown) unknown words, \(Amount.time(report.seconds))"
  }

  /// What is to be made.
  var recipe: VocabularyRecipe {
    var recipe = VocabularyRecipe(size: .exactly(Int(size.value)))
    recipe.normalizer = normalizer
    recipe.minimumFrequency = Int(clamping: minFrequency.value)
    recipe.alphabetLimit = limitAlphabet.map { Int(clamping: $0.value) }
    recipe.order = order
    return recipe
  }
}
