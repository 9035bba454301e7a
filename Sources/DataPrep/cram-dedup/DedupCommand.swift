import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol

@main struct DedupVerb {
  static func main() { runCommand(DedupCommand.self) }
}

struct DedupCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "dedup", abstract: "Drops documents, and cuts parts of them, that were there before.",
    discussion: """
      Modes act in the order against, exact, near, paragraph, line, substring, each on what the one before left; give at least one. Of copies the \
      first in reading order stays. All other fields are kept, and so is the order. OUTPUT holds documents-00000.jsonl.zst \
      and so on, and report.json.

      Examples:
        cram dedup corpus/ --exact --output unique
        cram dedup 'crawl-*.jsonl.zst' notes.txt --exact --output unique --dropped duplicates.jsonl.zst
        cram dedup corpus/ --exact --near --near-threshold 0.8 --output unique
        cram dedup corpus/ --exact --exact-normalize case,space --paragraph --output unique
        cram dedup corpus/ --exact --substring 100 --output unique
        cram dedup corpus/ --against mmlu.jsonl squad/ --output clean --dropped contaminated.jsonl.zst
        zcat old.jsonl.gz | cram dedup - --exact --output unique --json
        cram dedup corpus/ --exact --output unique --partitions 8 --plan > plan.json
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var modes: ModeOptions

  @Option(
    help: ArgumentHelp(
      "Write what is dropped here, with its reason; .zst is compressed.", valueName: "file"))
  var dropped: String?

  @Flag(help: "Write only report.json, no documents.")
  var dryRun = false

  @OptionGroup var partition: PartitionOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    try input.requireInput()
    let plan = try modes.plan(input, seed: common.seed)
    guard !dryRun || dropped == nil else {
      throw UsageError("--dry-run writes only a report: leave out --dropped")
    }
    let task = try partition.task()
    let deduplication = Deduplication(plan: plan, corpus: try Corpus(input.corpus))
    let command = deduplication.command(
      output: output.folder, dropped: dropped, overwrite: output.overwrite, isDryRun: dryRun)
    let outcome = try partition.perform(
      task, deduplication, command, input, common, options: modes.plannedArguments
    ) { try perform(deduplication, command) }
    common.console.conclude(outcome, in: output.folder)
  }

  private func perform(_ deduplication: Deduplication, _ command: StageCommand) throws
    -> StageOutcome
  {
    let meter = ProgressMeter(
      label: "dedup", unit: "bytes", total: deduplication.corpus.storedBytes)
    let (threads, memory) = common.resources
    return try common.console.showing(meter) {
      try deduplication.perform(
        command, threads: threads, memory: memory, cancellation: .process, progress: meter)
    }
  }
}
