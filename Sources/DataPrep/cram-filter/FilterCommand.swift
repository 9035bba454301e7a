import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol
import Tokenization

@main struct FilterVerb {
  static func main() { runCommand(FilterCommand.self) }
}

struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "filter", abstract: "Drops documents by quality rules, with counted reasons.",
    discussion: """
      Presets and rules act in the order given; the first that a document fails is the reason that is counted. \
      OUTPUT holds documents-00000.jsonl.zst and so on, and report.json.

      The preset cramming needs a tokenizer. Without --tokenizer one is trained on a sample of the input, and kept as \
      OUTPUT/tokenizer.json.

      Examples:
        cram filter unique --rule min-characters=200 --output kept
        cram filter unique --rule min-characters=200 --preset cramming --output kept --dropped dropped.jsonl.zst
        cram filter unique --preset cramming --rule tokens-per-character=0.3 --tokenizer vocabulary --output kept
        cram filter --list-rules
      """)

  @OptionGroup var input: InputOptions

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var output: String?

  @Flag(help: "Replace a result of other settings or inputs.")
  var overwrite = false

  @Option(
    help: ArgumentHelp("A named row of rules: cramming.", valueName: "name,…"),
    transform: OrderedArgument.init)
  var preset: [OrderedArgument] = []

  @Option(
    help: ArgumentHelp(
      "A rule, or another threshold for a rule of a preset.", valueName: "name[=value]"),
    transform: OrderedArgument.init)
  var rule: [OrderedArgument] = []

  @Flag(help: "Show all rules and presets, and end.")
  var listRules = false

  @Option(
    help: ArgumentHelp(
      "What counts tokens: a tokenizer.json or a folder with one.", valueName: "path"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Write what is dropped here, with its reason; .zst is compressed.", valueName: "file"))
  var dropped: String?

  @Flag(help: "Write only report.json, no documents.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Write one JSON line a document with the words that the rules count (- is standard output), and nothing else.",
      valueName: "file"))
  var words: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    if listRules { return showRules() }
    if let words { return try list(to: words) }
    let plan = try plan()
    guard let folder = output.map(Folder.trimmed) else { throw UsageError("no --output") }
    guard !dryRun || dropped == nil else {
      throw UsageError("--dry-run writes only a report: leave out --dropped")
    }
    guard tokenizer == nil || plan.needsTokenizer else {
      throw UsageError("--tokenizer: none of the rules counts tokens")
    }
    try input.requireInput()
    let outcome = try perform(plan, Corpus(input.corpus), in: folder)
    common.console.conclude(outcome, in: folder)
  }

  private func list(to path: String) throws {
    try input.requireInput()
    let corpus = try Corpus(input.corpus)
    let meter = ProgressMeter(label: "filter", unit: "bytes", total: corpus.storedBytes)
    try common.console.showing(meter) {
      try WordListing(
        corpus: corpus, threads: common.threadCount, cancellation: .process, progress: meter
      ).write(to: path)
    }
  }

  private func plan() throws -> FilterPlan {
    guard !preset.isEmpty || !rule.isEmpty else {
      throw UsageError("no rules: give --preset or --rule, or see --list-rules")
    }
    var plan = FilterPlan()
    let all = preset.map { ($0, true) } + rule.map { ($0, false) }
    do throws(FilterRuleError) {
      for (argument, isPreset) in all.sorted(by: { $0.0.place < $1.0.place }) {
        if isPreset {
          try plan.add(presets: argument.text)
        } else {
          try plan.add(rule: argument.text)
        }
      }
    } catch {
      throw UsageError("\(error)")
    }
    return plan
  }

  private func perform(_ plan: FilterPlan, _ corpus: Corpus, in folder: String) throws
    -> StageOutcome
  {
    let filtering = Filtering(plan: plan, corpus: corpus, tokenizer: tokenizer, seed: common.seed)
    let command = try filtering.command(
      output: folder, dropped: dropped, overwrite: overwrite, isDryRun: dryRun)
    let meter = ProgressMeter(
      label: "filter", unit: "bytes", total: filtering.passes * corpus.storedBytes)
    return try common.console.showing(meter) {
      try filtering.perform(
        command, threads: common.threadCount, cancellation: .process, progress: meter)
    }
  }

  private func showRules() {
    let rules = FilterRule.Kind.allCases
    for kind in rules {
      let fallback = kind.defaultThreshold.map { "=\($0)" } ?? (kind.hasThreshold ? "=N" : "")
      common.console.say("\(kind.rawValue)\(fallback)  \(kind.meaning)")
    }
    for preset in FilterPreset.allCases {
      let row = preset.rules.map { "\($0.kind.rawValue)" + ($0.threshold.map { "=\($0)" } ?? "") }
        .joined(separator: " ")
      common.console.say("preset \(preset.rawValue): \(row)")
    }
    common.console.printJSON([
      "rules": .array(rules.map(\.json)), "presets": .array(FilterPreset.allCases.map(\.json)),
    ])
  }
}
