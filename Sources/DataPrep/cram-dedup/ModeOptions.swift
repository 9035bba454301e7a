import CramCommand
import DataPrep
import DocumentCommand

/// What is looked for, and which of copies stays.
struct ModeOptions: ParsableArguments {
  @OptionGroup var against: AgainstOptions

  @Flag(help: "Drop documents whose text, byte for byte, an earlier document has.")
  var exact = false

  @Option(
    help: ArgumentHelp(
      "What does not matter when texts are compared: case, space (runs of white space), punctuation.",
      valueName: "name,…"))
  var exactNormalize: NameList?

  @OptionGroup var near: NearOptions

  @Flag(help: "Cut paragraphs (up to an empty line) that were there before.")
  var paragraph = false

  @Flag(help: "Cut lines that were there before.")
  var line = false

  @OptionGroup var substring: SubstringOptions

  @Option(help: ArgumentHelp("Which of the copies of a document stays: first or longest."))
  var keep: Keep = .first

  /// What the options ask for.
  func plan(_ input: InputOptions, seed: UInt64) throws -> DedupPlan {
    var plan = DedupPlan()
    plan.against = try against.settings(input)
    plan.near = try near.scheme(seed: seed)
    if exact { plan.exact = ExactSettings(normalization: try normalization()) }
    guard exact || exactNormalize == nil else {
      throw UsageError("--exact-normalize says how --exact compares: give --exact too")
    }
    (plan.paragraph, plan.line, plan.keep) = (paragraph, line, keep)
    plan.substring = try substring.rule()
    guard !plan.isEmpty else {
      throw UsageError(
        "no mode: give --against, --exact, --near, --paragraph, --line or --substring")
    }
    return plan
  }

  private func normalization() throws -> Set<TextNormalization> {
    var parts: Set<TextNormalization> = []
    for name in exactNormalize?.names ?? [] {
      guard let part = TextNormalization(rawValue: name) else {
        let known = TextNormalization.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError("--exact-normalize \(name): expected \(known)")
      }
      parts.insert(part)
    }
    return parts
  }

  /// The same modes for a planned command.
  var plannedArguments: [String] {
    var arguments = ["--keep", keep.rawValue]
    if exact { arguments.append("--exact") }
    if let exactNormalize {
      arguments += ["--exact-normalize", exactNormalize.names.joined(separator: ",")]
    }
    arguments += near.plannedArguments
    if paragraph { arguments.append("--paragraph") }
    if line { arguments.append("--line") }
    return arguments + substring.plannedArguments + against.plannedArguments
  }
}

/// Names that are written with commas between them.
struct NameList: ExpressibleByArgument {
  let names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

extension Keep: ExpressibleByArgument {}
