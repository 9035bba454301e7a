import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol

@main struct DedupVerb {
  static func main() { runCommand(DedupCommand.self) }
}

struct DedupCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "dedup", abstract: "Drops documents whose text was there before.",
    discussion: """
      Of documents with the same text the first in reading order stays. All fields are kept, and so is the order. \
      OUTPUT holds documents-00000.jsonl.zst and so on, and report.json.

      Examples:
        cram dedup corpus/ --exact --output unique
        cram dedup 'crawl-*.jsonl.zst' notes.txt --exact --output unique --dropped duplicates.jsonl.zst
        zcat old.jsonl.gz | cram dedup - --exact --output unique --json
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Drop documents whose text, byte for byte, an earlier document has.")
  var exact = false

  @Option(
    help: ArgumentHelp(
      "Write what is dropped here, with its reason; .zst is compressed.", valueName: "file"))
  var dropped: String?

  @Flag(help: "Write only report.json, no documents.")
  var dryRun = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    guard exact else { throw UsageError("no mode: give --exact") }
    guard !dryRun || dropped == nil else {
      throw UsageError("--dry-run writes only a report: leave out --dropped")
    }
    try input.requireInput()
    let outcome = try perform(Corpus(input.corpus))
    common.console.conclude(outcome, in: output.folder)
  }

  private func perform(_ corpus: Corpus) throws -> StageOutcome {
    var command = StageCommand(
      stage: "dedup", settings: [.init("exact", true)], corpus: corpus, output: output.folder,
      dropped: dropped)
    (command.overwrite, command.isDryRun) = (output.overwrite, dryRun)
    let meter = ProgressMeter(label: "dedup", unit: "bytes", total: corpus.storedBytes)
    return try command.perform { folder, report in
      let stage = DocumentStage(
        corpus: corpus, output: folder?.path, dropped: dropped, threads: common.threadCount,
        cancellation: .process, progress: meter)
      try common.console.showing(meter) {
        try stage.run(ExactDeduplicator(keepsNames: dropped != nil), report: &report)
      }
    }
  }
}
