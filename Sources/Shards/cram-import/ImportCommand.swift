import CramCommand
import DataPrep
import RingProtocol
import Shards

@main struct ImportVerb {
  static func main() { runCommand(ImportCommand.self) }
}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "import", abstract: "Makes a dataset of tokens that another program has stored.",
    discussion: """
      megatron is Megatron-LM's NAME.bin and NAME.idx; mds a folder of MosaicML StreamingDataset. Documents (of MDS samples) are \
      laid end to end and cut into sequences, in stored order; what fills no sequence at the end is dropped and counted.

      Examples:
        cram import megatron pile_text_document.idx --tokenizer tokenizer.json --output pile
        cram import mds tokens/ --column input_ids --vocabulary-size 50368 --length 1024 --output tokens-1024
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case megatron, mds }
  enum Provenance: String, ExpressibleByArgument, CaseIterable { case full, none }

  @Argument(help: "What SOURCE is: megatron or mds.")
  var format: Format

  @Argument(help: "The .idx file (or its name without ending), or the folder.")
  var source: String

  @Option(help: "tokenizer.json, or its folder: says the vocabulary and the special tokens.")
  var tokenizer: String?

  @Option(help: "Ids are below this; without it and --tokenizer the highest is looked for first.")
  var vocabularySize: Int?

  @Option(help: "Tokens of a sequence.")
  var length = 128

  @Option(
    help: "The column of MDS that has the tokens (default: the only array, tokens or input_ids).")
  var column: String?

  @Option(help: "What an MDS column of bytes holds: uint16, int32, int64, …")
  var bytesAs = "int64"

  @Option(help: "Sequences of a shard.")
  var shardSequences = Count(262_144)

  @Option(help: "Sequences of a frame.")
  var frameSequences = 4096

  @Option(help: "Whether shards tell which document a token is of: full or none.")
  var provenance: Provenance = .full

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if tokenizer != nil, vocabularySize != nil {
      throw ValidationError("--tokenizer says the vocabulary: leave out --vocabulary-size")
    }
    if shardSequences.value == 0 {
      throw ValidationError("--shard-sequences 0: expected at least 1")
    }
    if format == .megatron, column != nil { throw ValidationError("--column is for mds") }
    if length < 1 { throw ValidationError("--length \(length): expected at least 1") }
  }

  func run() throws {
    let path = Folder.trimmed(source)
    let files = try tokenizer.map { try TokenizerFiles($0) }
    let collection = try opened(path)
    let stage = try DatasetStage(
      stage: "import", settings: settings(files), inputs: collection.files,
      output: output.folder)
    let outcome = try stage.perform(
      overwrite: output.overwrite, otherNames: TokenizerFolder.names
    ) { folder, report in try write(collection, path, files, to: folder, &report) }
    switch outcome {
    case .upToDate(let report):
      common.console.say("\(output.folder) is up to date")
      common.console.printJSON(report)
    case .done(let report):
      common.console.say(
        "\(summary(of: report)) in \(Amount.time(report.seconds)) -> \(output.folder)"
      )
      common.console.printJSON(report.json)
    }
  }

  private func summary(of report: StageReport) -> String {
    func number(_ key: String) -> String {
      Amount.grouped(UInt64(report.extra.first { $0.key == key }?.value.int ?? 0))
    }
    return
      "\(Amount.grouped(report.input.documents)) documents as \(number("sequences")) sequences of \(length) tokens, \(number("tail_tokens")) tokens left over,"
  }

  private func opened(_ path: String) throws -> any TokenCollection {
    switch format {
    case .megatron: try MegatronFile(path)
    case .mds: try MDSFolder(path, column: column, numbersOfBytes: bytesAs)
    }
  }

  private func settings(_ files: TokenizerFiles?) -> JSONValue {
    [
      "source_format": .string(format.rawValue), "length": .int(Int64(length)),
      "tokenizer_sha256": .string(files?.sha256 ?? Self.unknown),
      "vocabulary_size": .int(Int64(vocabularySize ?? 0)), "column": .string(column ?? ""),
      "bytes_as": .string(bytesAs), "shard_sequences": .unsigned(shardSequences.value),
      "frame_sequences": .int(Int64(frameSequences)), "provenance": .string(provenance.rawValue),
      "format": .int(Int64(Manifest.formatVersion)),
    ]
  }

  /// The digest of a tokenizer that nobody named.
  private static let unknown = String(repeating: "0", count: 64)

  private func write(
    _ collection: any TokenCollection, _ path: String, _ files: TokenizerFiles?,
    to folder: String, _ report: inout StageReport
  ) throws {
    let size = try vocabulary(collection, files)
    let imported = ImportedSource(
      collection, path: path, length: length, vocabularySize: size,
      hasProvenance: provenance == .full)
    guard imported.count > 0 else {
      throw ShardError.notImportable(
        path: path,
        found:
          "its \(collection.tokens) tokens do not fill a sequence of \(length); choose a smaller --length"
      )
    }
    let description = description(collection, imported, size, files)
    if let fault = DatasetWriter.fault(of: description) {
      throw ShardError.notImportable(
        path: path, found: "\(fault); choose other values of --length and --frame-sequences")
    }
    let writer = DatasetWriter(description, folder: folder, threads: common.threadCount)
    let meter = ProgressMeter(label: "import", unit: "sequences", total: imported.count)
    let manifest = try common.console.showing(meter) {
      try writer.write(imported, progress: meter, cancellation: .process)
    }
    try files?.write(to: folder)
    imported.account(&report)
    report.add("sequences", .unsigned(manifest.sequences))
    report.add("tokens", .unsigned(manifest.tokens))
    report.add("tail_tokens", .unsigned(imported.tailTokens))
    report.add("fingerprint", .string(manifest.fingerprint))
  }

  private func vocabulary(
    _ collection: any TokenCollection, _ files: TokenizerFiles?
  ) throws -> Int {
    if let files { return files.tokenizer.vocabularySize }
    if let vocabularySize { return vocabularySize }
    let meter = ProgressMeter(label: "look for ids", unit: "tokens", total: collection.tokens)
    return try common.console.showing(meter) {
      Int(try collection.maximumID(progress: meter, cancellation: .process)) + 1
    }
  }

  private func description(
    _ collection: any TokenCollection, _ imported: ImportedSource, _ size: Int,
    _ files: TokenizerFiles?
  ) -> DatasetDescription {
    DatasetDescription(
      tokenType: TokenType(vocabularySize: size), sequenceLength: length, vocabularySize: size,
      frameSequences: frameSequences, shardSequences: shardSequences.value, level: 3,
      hasProvenance: provenance == .full, order: "natural", seed: 0, side: "imported",
      documents: UInt64(collection.documentEnds.count), documentLengths: imported.documentLengths,
      specialTokens: (files?.tokenizer.specials ?? []).map {
        .init(content: $0.content, id: UInt32($0.id))
      },
      roles: files.map { SpecialRoles($0.tokenizer.roles) } ?? SpecialRoles(),
      tokenizerSHA256: files?.sha256 ?? Self.unknown,
      recipeSHA256: SHA256.hex(of: settings(files).serialized()))
  }
}
