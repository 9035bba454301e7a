import CramCommand
import RingProtocol
import Shards

@main struct MergeVerb {
  static func main() { runCommand(MergeCommand.self) }
}

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "merge", abstract: "Joins datasets into one.",
    discussion: """
      The datasets have one tokenizer, token type and sequence length. Interleaved, the default, they come by turns, each in \
      its own order, so that every part of the result holds its share of each; concatenated, one after the other. Documents \
      keep their names: --trace and --find-document tell of the result what they told of the inputs.

      Examples:
        cram merge web/train books/train --output all
        cram merge january/train february/train --order concatenated --output both
      """)

  @Argument(help: ArgumentHelp("Folders of shards.", valueName: "dataset"))
  var datasets: [String]

  @Option(help: "How the inputs follow each other: interleaved or concatenated.")
  var order: DatasetJoin.Order = .interleaved

  @Option(help: "Sequences of a shard.")
  var shardSequences = Count(262_144)

  @Option(help: "Whether shards tell where their documents come from: full or none.")
  var provenance: Provenance = .full

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  enum Provenance: String, ExpressibleByArgument, CaseIterable { case full, none }

  func validate() throws {
    if datasets.isEmpty { throw ValidationError("no dataset is named") }
    if shardSequences.value == 0 {
      throw ValidationError("--shard-sequences 0: expected at least 1")
    }
  }

  func run() throws {
    let opened = try datasets.map { try Dataset.open(try InspectionTarget.datasetFolder($0)) }
    let join = try DatasetJoin(opened, order: order)
    var settings = join.settings
    settings["provenance"] = .string(provenance.rawValue)
    settings["shard_sequences"] = .unsigned(shardSequences.value)
    settings["format"] = .int(Int64(Manifest.formatVersion))
    let stage = try DatasetStage(
      stage: "merge", settings: settings,
      inputs: opened.map { $0.folder + "/" + Manifest.fileName }, output: output.folder)
    let outcome = try stage.perform(
      overwrite: output.overwrite, otherNames: TokenizerFolder.names
    ) { folder, report in try write(join, opened, to: folder, &report) }
    switch outcome {
    case .upToDate(let report):
      common.console.say("\(output.folder) is up to date")
      common.console.printJSON(report)
    case .done(let report):
      common.console.say(
        "\(Amount.grouped(join.sequences)) sequences of \(opened.count) datasets in \(Amount.time(report.seconds)) -> \(output.folder)"
      )
      common.console.printJSON(report.json)
    }
  }

  private func write(
    _ join: DatasetJoin, _ opened: [Dataset], to folder: String, _ report: inout StageReport
  ) throws {
    let keeps = provenance == .full
    if keeps, !join.hasProvenance {
      Console.complain("cram-merge: not all inputs have provenance: the result has none")
    }
    let source = JoinedSource(
      join, keepingProvenance: keeps, shardSequences: shardSequences.value)
    let writer = DatasetWriter(
      join.description(keepingProvenance: keeps, shardSequences: shardSequences.value),
      folder: folder, threads: common.threadCount)
    let meter = ProgressMeter(label: "merge", unit: "sequences", total: source.count)
    let manifest = try common.console.showing(meter) {
      try writer.write(source, progress: meter, cancellation: .process)
    }
    let first = opened[0]
    if try !TokenizerFolder.copy(
      above: first.folder, sha256: first.manifest.tokenizerSHA256, to: folder)
    {
      Console.complain(
        "cram-merge: no tokenizer.json in \(first.folder) or above it: none is copied")
    }
    let documents = Tally(
      documents: manifest.documents,
      bytes: manifest.sequences * UInt64(manifest.sequenceBytes))
    (report.input, report.output) = (documents, documents)
    report.add("sequences", .unsigned(manifest.sequences))
    report.add("tokens", .unsigned(manifest.tokens))
    report.add("fingerprint", .string(manifest.fingerprint))
  }
}

extension DatasetJoin.Order: ExpressibleByArgument {}
