import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol

@main struct FilterVerb {
  static func main() { runCommand(FilterCommand.self) }
}

struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "filter", abstract: "Drops documents by quality rules, with counted reasons.",
    discussion: """
      Presets and rules act in the order given, each on the text that the one before left; the first that a document fails is the \
      reason that is counted. A rule of a preset sets its threshold, NAME=off leaves it out. The preset c4 takes lines out of texts. \
      OUTPUT holds documents-00000.jsonl.zst and so on, and report.json with reasons and histograms.

      The preset cramming needs a tokenizer. Without --tokenizer one is trained on a sample of the input, and kept as \
      OUTPUT/tokenizer.json.

      Examples:
        cram filter unique --preset gopher-quality,gopher-repetition,c4,fineweb --output kept
        cram filter unique --preset gopher-quality --rule gopher_below_alpha_threshold=0.7 --output kept
        cram filter unique --rule min-characters=200 --preset cramming --output kept --dropped dropped.jsonl.zst
        cram filter unique --recipe mix.yaml --output kept --dry-run
        cram filter unique --preset c4 --explain document-17
        cram filter --list-rules
      """)

  @OptionGroup var input: InputOptions

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var output: String?

  @Flag(help: "Replace a result of other settings or inputs.")
  var overwrite = false

  @OptionGroup var rules: RuleOptions

  @Flag(help: "Show all rules and presets, and end.")
  var listRules = false

  @Option(
    help: ArgumentHelp(
      "Write what is dropped here, with its reason; .zst is compressed.", valueName: "file"))
  var dropped: String?

  @Flag(help: "Write only report.json, no documents.")
  var dryRun = false

  @Flag(help: "Measure all documents for all rules, so that the histograms hold them all.")
  var measureAll = false

  @Option(
    help: ArgumentHelp(
      "Show what the rules find in the documents of this id, and nothing else.", valueName: "id"))
  var explain: String?

  @Option(
    help: ArgumentHelp(
      "Write one JSON line a document with the words that the rules count (- is standard output), and nothing else.",
      valueName: "file"))
  var words: String?

  @OptionGroup var partition: PartitionOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    if listRules { return common.console.showRules() }
    try input.requireInput()
    let task = try partition.task()
    if words != nil || explain != nil { try task.requireRun("--words and --explain") }
    if let words { return try list(to: words) }
    let plan = try rules.plan()
    if let explain { return try show(explain, plan) }
    guard let folder = output.map(Folder.trimmed) else { throw UsageError("no --output") }
    guard !dryRun || dropped == nil else {
      throw UsageError("--dry-run writes only a report: leave out --dropped")
    }
    let filtering = try filtering(plan)
    let command = try filtering.command(
      output: folder, dropped: dropped, overwrite: overwrite, isDryRun: dryRun)
    let outcome = try partition.perform(
      task, filtering, command, input, common,
      options: rules.plannedArguments + (measureAll ? ["--measure-all"] : [])
    ) { try perform(filtering, command) }
    common.console.conclude(outcome, in: folder)
  }

  private func filtering(_ plan: FilterPlan) throws -> Filtering {
    var filtering = Filtering(
      plan: plan, corpus: try Corpus(input.corpus), tokenizer: rules.tokenizer, seed: common.seed)
    filtering.measuresAll = measureAll
    return filtering
  }

  private func meter(_ passes: UInt64, _ corpus: Corpus) -> ProgressMeter {
    ProgressMeter(label: "filter", unit: "bytes", total: passes * corpus.storedBytes)
  }

  private func perform(_ filtering: Filtering, _ command: StageCommand) throws -> StageOutcome {
    let meter = meter(filtering.passes, filtering.corpus)
    return try common.console.showing(meter) {
      try filtering.perform(
        command, threads: common.resources.threads, cancellation: .process, progress: meter)
    }
  }

  private func show(_ name: String, _ plan: FilterPlan) throws {
    guard output == nil, dropped == nil, !dryRun else {
      throw UsageError("--explain writes nothing: leave out --output, --dropped and --dry-run")
    }
    let filtering = try filtering(plan)
    let meter = meter(filtering.passes, filtering.corpus)
    let explanations = try common.console.showing(meter) {
      try filtering.explain(
        name, threads: common.threadCount, cancellation: .process, progress: meter)
    }
    common.console.show(explanations)
  }

  private func list(to path: String) throws {
    guard path != "-" || !common.json else {
      throw UsageError("--words - and --json both want standard output: give --words a file")
    }
    let corpus = try Corpus(input.corpus)
    let meter = meter(1, corpus)
    try common.console.showing(meter) {
      try WordListing(
        corpus: corpus, threads: common.threadCount, cancellation: .process, progress: meter
      ).write(to: path)
    }
  }
}
