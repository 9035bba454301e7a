import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol
import Tokenization

@main struct TokenizeVerb {
  static func main() { runCommand(TokenizeCommand.self) }
}

struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "tokenize", abstract: "Encodes documents and packs them into shards of fixed-length sequences.",
    discussion: """
      Each document's ids and a separator, end to end, are cut into sequences of equal length and written as \
      zstd-compressed shards. OUTPUT holds train/ and, with --heldout, heldout/, each with *.tok.zst files and manifest.json, \
      the tokenizer's files, and report.json. Every zstd decoder unpacks a shard to its plain ids.

      Examples:
        cram tokenize filtered/ --tokenizer vocabulary/ --output shards --heldout 0.01
        cram tokenize corpus.jsonl.zst --tokenizer tokenizer.json --output shards --length 512 --order natural
        cram tokenize corpus.jsonl.zst --tokenizer tokenizer.json --ids ids.jsonl
        cram tokenize --tokenizer tokenizer.json --show "unbelievable news"
      """)

  @OptionGroup var input: InputOptions

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json, or a folder with one or with vocab.txt.", valueName: "path"))
  var tokenizer: String

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var output: String?

  @Flag(help: "Replace a result of other settings or inputs.")
  var overwrite = false

  @OptionGroup(title: "Packing") var packing: PackingOptions

  @Option(
    help: ArgumentHelp(
      "Write one JSON line a document with its ids here (- is standard output), and nothing else.",
      valueName: "file"))
  var ids: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show the pieces, ids and byte spans of this text.", valueName: "text"))
  var show: String?

  @OptionGroup var partition: PartitionOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    // Manifests are JSON, and its readers agree on whole numbers of 63 bits only.
    if common.seed > UInt64(Int64.max) {
      throw ValidationError("--seed \(common.seed): expected 0 to \(Int64.max)")
    }
  }

  func run() throws {
    let modes = [output, ids, show].count { $0 != nil }
    guard modes == 1 else {
      throw UsageError(
        modes == 0
          ? "nothing to do: give --output, --ids or --show"
          : "--output, --ids and --show exclude each other")
    }
    let task = try partition.task()
    if output == nil { try refusePackingOptions(task) }
    if let show { return try showPieces(of: show) }
    try input.requireInput()
    if let ids { return try list(to: ids) }
    try pack(to: output!, task)
  }

  private func refusePackingOptions(_ task: PartitionOptions.Task) throws {
    try task.requireRun("--ids and --show")
    if let name = packing.firstGiven ?? (overwrite ? "--overwrite" : nil) {
      throw UsageError("\(name) says how shards are written: give --output too, or leave it out")
    }
  }

  // Shards

  private func pack(to path: String, _ task: PartitionOptions.Task) throws {
    let folder = Folder.trimmed(path)
    let (threads, memory) = common.resources
    let stage = try TokenizeStage(
      corpus: Corpus(input.corpus), files: TokenizerFiles(tokenizer),
      options: packing.options(seed: common.seed), output: folder, threads: threads,
      memory: memory, cancellation: .process)
    let console = common.console
    let outcome = try partition.perform(
      task, stage, stage.command(overwrite: overwrite), input, common,
      options: ["--tokenizer", Folder.absolute(tokenizer)] + packing.plannedArguments
    ) {
      try stage.perform(overwrite: overwrite) { try console.showing($0, $1) }
    }
    console.conclude(outcome, in: folder, line: Summary.line)
  }

  // Ids

  private func list(to path: String) throws {
    guard path != "-" || !common.json else {
      throw UsageError("--ids - and --json both want standard output: give --ids a file")
    }
    let corpus = try Corpus(input.corpus)
    let meter = ProgressMeter(label: "tokenize", unit: "bytes", total: corpus.storedBytes)
    let listing = IDListing(
      corpus: corpus, files: try TokenizerFiles(tokenizer), threads: common.threadCount,
      cancellation: .process, progress: meter)
    let report = try common.console.showing(meter) { try listing.write(to: path) }
    if path != "-" {
      common.console.say(
        "\(Amount.grouped(report.output.documents)) documents in \(Amount.time(report.seconds)) -> \(path)"
      )
    }
    common.console.printJSON(report.json)
  }

  // Pieces

  private func showPieces(of text: String) throws {
    guard input.paths.isEmpty, input.filesFrom == nil else {
      throw UsageError("--show takes its text from the command line: leave out the inputs")
    }
    let spans = try Tokenizer.load(tokenizer).spans(of: text)
    let tokens = spans.map { span -> JSONValue in
      [
        "piece": .string(span.piece), "id": .int(Int64(span.id)), "start": .int(Int64(span.start)),
        "end": .int(Int64(span.end)),
      ]
    }
    common.console.printJSON(["tokens": .array(tokens)])
    guard !common.json else { return }
    let width = (spans.map(\.piece.count).max() ?? 0) + 2
    for span in spans {
      let gap = String(repeating: " ", count: width - span.piece.count)
      let id = String(span.id)
      let space = String(repeating: " ", count: max(0, 7 - id.count))
      common.console.say("\(span.piece)\(gap)\(space)\(id)  \(span.start)..<\(span.end)")
    }
  }
}
