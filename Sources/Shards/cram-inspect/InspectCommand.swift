import CramCommand
import RingProtocol
import Shards

@main struct InspectVerb {
  static func main() { runCommand(InspectCommand.self) }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "inspect",
    abstract: "Shows, decodes, verifies, compares, repairs and exports datasets and shards.",
    discussion: """
      A dataset is a folder with manifest.json; a shard is a *.tok.zst or *.tok.lz4 file. Statistics come from manifest \
      and index alone and take no time whatever the size; --deep reads everything. --verify reads everything too: a line \
      on standard error for each fault, and status 1 if there is one.

      Examples:
        cram inspect shards/train
        cram inspect shards/train --deep --html report.html
        cram inspect shards/train/00000.tok.zst --json
        cram inspect shards/train --decode 1234
        cram inspect shards/train --trace 1234
        cram inspect shards/train --find-document pile-00017
        cram inspect shards/train shards/heldout --verify
        cram inspect shards/train --diff other/train
        cram inspect shards/train --repair --output repaired
        cram inspect shards/train --export parquet --output train.parquet
      """)

  @Argument(help: ArgumentHelp("Folders of shards, or shards.", valueName: "dataset|shard"))
  var targets: [String]

  @Flag(help: "Read every sequence: count duplicates and how the order goes with the documents.")
  var deep = false

  @Option(help: ArgumentHelp("Write a page with plots to this file.", valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Print this sequence, counted from 0: its text and, with --json, its ids.",
      valueName: "sequence"))
  var decode: UInt64?

  @Option(help: ArgumentHelp("Print so many sequences drawn by --seed.", valueName: "count"))
  var random: UInt64?

  @Flag(help: "Read everything and check every checksum.")
  var verify = false

  @Option(
    help: ArgumentHelp(
      "Print the documents of this sequence, with file, source and offset.", valueName: "sequence"))
  var trace: UInt64?

  @Option(
    help: ArgumentHelp("Print the sequences that hold this document.", valueName: "id"))
  var findDocument: String?

  @Option(help: ArgumentHelp("Compare with this dataset or shard.", valueName: "other"))
  var diff: String?

  @Flag(
    help: "Write to --output what can be made whole again: by parity, or from what the rest tells.")
  var repair = false

  @Option(
    help: ArgumentHelp(
      "Write all sequences to --output in another format: npy, mds, parquet or jsonl.",
      valueName: "format"))
  var export: ExportFormat?

  @Option(
    help: ArgumentHelp(
      "Where --repair and --export write: a folder for --repair and mds, else a file.",
      valueName: "path"))
  var output: String?

  @Option(help: "Memory for --deep, as 512M or 4G.")
  var memory = ByteSize(bytes: 1 << 30)

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard modes.count <= 1 else {
      throw ValidationError("\(modes[0]) and \(modes[1]) exclude each other")
    }
    if let mode = modes.first, mode != "--verify", targets.count != 1 {
      throw ValidationError("\(mode) takes one dataset or shard, not \(targets.count)")
    }
    if html != nil, targets.count != 1 {
      throw ValidationError("--html takes one dataset or shard, not \(targets.count)")
    }
    if !modes.isEmpty, html != nil || (deep && diff == nil) {
      throw ValidationError(
        "\(modes[0]) and \(html != nil ? "--html" : "--deep") exclude each other")
    }
    let writes = repair || export != nil
    guard writes == (output != nil) else {
      throw ValidationError(
        writes
          ? "\(modes[0]) writes: --output is missing" : "--output is for --repair and --export")
    }
  }

  /// The options given that say what to do; without one, statistics are shown.
  private var modes: [String] {
    let all: [(String, Bool)] = [
      ("--decode", decode != nil), ("--random", random != nil), ("--verify", verify),
      ("--trace", trace != nil), ("--find-document", findDocument != nil), ("--diff", diff != nil),
      ("--repair", repair), ("--export", export != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  func run() throws {
    if verify { return try verifyAll() }
    if repair { return try repairAll(to: output!) }
    if let export { return try write(export, to: output!) }
    if let diff { return try compare(with: diff) }
    if let trace { return try printTrace(of: trace) }
    if let findDocument { return try printSequences(holding: findDocument) }
    if decode != nil || random != nil { return try printSequences() }
    if deep || html != nil { return try showReport() }
    try showAll()
  }

  // Statistics of manifest and index alone

  private func showAll() throws {
    let found = try targets.map { path in
      try Inspection(InspectionTarget.open(path), path: path)
    }
    if !common.json {
      for (place, inspection) in found.enumerated() {
        if place > 0 { common.console.say("") }
        InspectionTable(found: inspection).lines.forEach(common.console.say)
      }
    }
    common.console.printJSON(
      found.count == 1 ? found[0].json : ["inspected": .array(found.map(\.json))])
  }
}
