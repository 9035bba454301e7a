import CramCommand
import DataPrep

/// What of repeated substrings goes.
struct SubstringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Cut what repeats anywhere, inside of documents or across, over at least this many bytes (from \(SubstringRule.lengths.lowerBound)).",
      valueName: "bytes"))
  var substring: Int?

  @Option(
    help:
      "What goes: all occurrences, the later ones (each first one stays), or whole documents (document)."
  )
  var substringPolicy: SubstringRule.Policy?

  @Option(
    help: ArgumentHelp(
      "With the policy document, the share of a document's bytes that later occurrences may cover (default: 0.5).",
      valueName: "share"))
  var substringShare: Double?

  /// What is asked for.
  func rule() throws -> SubstringRule? {
    guard let substring else {
      guard substringPolicy == nil, substringShare == nil else {
        throw UsageError(
          "--substring-policy and --substring-share say what --substring does: give --substring too"
        )
      }
      return nil
    }
    guard SubstringRule.lengths.contains(substring) else {
      let known = SubstringRule.lengths
      throw UsageError(
        "--substring \(substring): expected \(known.lowerBound) to \(known.upperBound) bytes")
    }
    if let substringShare {
      guard substringPolicy == .document else {
        throw UsageError("--substring-share belongs to --substring-policy document")
      }
      guard (0...1).contains(substringShare) else {
        throw UsageError("--substring-share \(substringShare): expected a share from 0 to 1")
      }
    }
    return SubstringRule(
      length: substring, policy: substringPolicy ?? .all, share: substringShare ?? 0.5)
  }

  /// The same for a planned command.
  var plannedArguments: [String] {
    var arguments: [String] = []
    if let substring { arguments += ["--substring", String(substring)] }
    if let substringPolicy { arguments += ["--substring-policy", substringPolicy.rawValue] }
    if let substringShare { arguments += ["--substring-share", String(substringShare)] }
    return arguments
  }
}

extension SubstringRule.Policy: ExpressibleByArgument {}
