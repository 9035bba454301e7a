import RingProtocol
import Shards
import Tokenization

/// `cram tokenize`: documents to shards, from the look at the folder to the report.
///
/// Writes `train/` and, where asked for, `heldout/`, and the tokenizer's files. Blocks wait in `state/`, which is gone at the end.
public struct TokenizeStage: Sendable {
  /// Shows a meter while work goes on.
  public typealias Display = (ProgressMeter, () throws -> Void) throws -> Void

  let corpus: Corpus
  let files: TokenizerFiles
  let options: TokenizeOptions
  let around: PackingIDs
  let tokenType: TokenType
  let output: String
  let threads: Int
  let memory: Int
  let cancellation: CancellationFlag?

  /// - Parameter memory: bytes for bringing sequences into their order; changes no byte of the result.
  /// - Throws: `TokenizeError` where tokenizer and options cannot make a dataset.
  public init(
    corpus: Corpus, files: TokenizerFiles, options: TokenizeOptions, output: String, threads: Int,
    memory: Int, cancellation: CancellationFlag? = nil
  ) throws(TokenizeError) {
    around = try Self.ids(options, files)
    if options.order == .sentenceLength, files.tokenizer.id(of: ".") == nil {
      throw .noFullStop(tokenizer: files.path)
    }
    self.corpus = corpus
    self.files = files
    self.options = options
    tokenType = TokenType(vocabularySize: files.tokenizer.vocabularySize)
    self.output = output
    (self.threads, self.memory) = (threads, memory)
    self.cancellation = cancellation
    let description = description(
      of: "train", tally: BlockPacker.Tally(), recipeSHA256: files.sha256)
    if let fault = DatasetWriter.fault(of: description) { throw .impossible(fault) }
  }

  private static func ids(
    _ options: TokenizeOptions, _ files: TokenizerFiles
  ) throws(TokenizeError) -> PackingIDs {
    let roles = files.tokenizer.roles
    guard let separator = roles.sep else { throw .noSeparator(tokenizer: files.path) }
    var ids = PackingIDs(separator: UInt32(separator))
    if options.hasLeadingClass {
      guard let cls = roles.cls else {
        throw .noSpecial(
          tokenizer: files.path, names: "<cls> nor [CLS]", option: "--leading-cls")
      }
      ids.beginning = UInt32(cls)
    }
    if options.isUncrossed {
      guard let pad = roles.pad else {
        throw .noSpecial(
          tokenizer: files.path, names: "<pad> nor [PAD]", option: "--no-crossing")
      }
      ids.padding = UInt32(pad)
    }
    return ids
  }

  /// The command whose settings and inputs decide whether a result is this run's.
  public func command(overwrite: Bool) -> StageCommand {
    var command = StageCommand(
      stage: "tokenize", settings: settings, corpus: corpus, output: output)
    command.overwrite = overwrite
    command.otherOutputs = ["train", "heldout"] + TokenizerFiles.names
    return command
  }

  /// Does the work, unless it was done before.
  public func perform(overwrite: Bool, display: Display) throws -> StageOutcome {
    let command = command(overwrite: overwrite)
    return try command.perform { _, report in
      let begin = ContinuousClock.now
      let packing = try pack(into: command.statePath + "/spool", display: display)
      try check(packing)
      try arrange(packing, memory: memory, display: display)
      try write(packing, command, &report, display: display)
      report.seconds = (ContinuousClock.now - begin) / .seconds(1)
    }
  }

  private var settings: [JSONValue.Member] {
    options.members + [.init("tokenizer_sha256", .string(files.sha256))]
  }

  /// Writes the dataset of each side and what belongs to it.
  func write(
    _ packing: Packing, _ command: StageCommand, _ report: inout StageReport, display: Display
  ) throws {
    try files.write(to: output)
    report.add(input: packing.input, dropped: packing.dropped)
    var unknown: UInt64 = 0
    for side in packing.sides {
      let manifest = try write(side, command, display: display)
      report.add(side.name, side.json(manifest))
      unknown += manifest.statistics.unknown
    }
    add(packing, unknown: unknown, to: &report)
  }

  /// What both sides are together.
  private func add(_ packing: Packing, unknown: UInt64, to report: inout StageReport) {
    let documents = packing.sides.reduce(0) { $0 + $1.tally.documents }
    let tokens = packing.sides.reduce(0) { $0 + $1.tally.tokens }
    let ofText = tokens - documents * around.countForDocument
    report.add("tokens", .unsigned(tokens))
    report.add("unknown_tokens", .unsigned(unknown))
    report.add("characters", .unsigned(packing.characters))
    report.add("tokens_per_document", .double(Double(tokens) / Double(max(1, documents))))
    report.add(
      "characters_per_token", .double(Double(packing.characters) / Double(max(1, ofText))))
  }

  /// Bytes of a block.
  var blockBytes: Int { options.length * tokenType.byteCount }

  private func pack(into spool: String, display: Display) throws -> Packing {
    if let packing = Packing.load(spool, blockBytes: blockBytes) { return packing }
    try Folder.remove(spool)
    try Folder.create(spool)
    let meter = ProgressMeter(label: "tokenize", unit: "bytes", total: corpus.storedBytes)
    let packer = packer(corpus, folder: spool, meter)
    var packing = Packing()
    try display(meter) { packing = try packer.pack() }
    return packing
  }

  /// Encodes and packs `corpus`, which may be a part, in `folder`.
  func packer(_ corpus: Corpus, folder: String, _ meter: ProgressMeter?) -> DocumentPacker {
    DocumentPacker(
      corpus: corpus, tokenizer: files.tokenizer, around: around, tokenType: tokenType,
      options: options, folder: folder, threads: threads, cancellation: cancellation,
      progress: meter)
  }

  /// Every side needs a sequence.
  func check(_ packing: Packing) throws(TokenizeError) {
    for side in packing.sides where side.spool.count == 0 {
      let heldout = packing.sides.first { $0.name == "heldout" }
      if side.name == "train", side.tally.documents == 0, let heldout, heldout.tally.documents > 0 {
        throw .nothingToTrainOn(documents: heldout.tally.documents)
      }
      throw .tooLittleText(
        side: side.name, documents: side.tally.documents, tokens: side.tally.tokens,
        length: options.length)
    }
  }

  private func write(
    _ side: Packing.Side, _ command: StageCommand, display: Display
  ) throws -> Manifest {
    let source = try source(of: side, memory: memory)
    let meter = ProgressMeter(label: "write \(side.name)", unit: "sequences", total: source.count)
    var manifest: Manifest?
    try display(meter) {
      manifest = try writer(of: side, command).write(
        source, progress: meter, cancellation: cancellation ?? CancellationFlag())
    }
    return manifest!
  }

  /// Writes the dataset of a side.
  func writer(of side: Packing.Side, _ command: StageCommand) -> DatasetWriter {
    DatasetWriter(
      description(
        of: side.name, tally: side.tally,
        recipeSHA256: SHA256.hex(of: command.allSettings.serialized())),
      folder: output + "/" + side.name, threads: threads)
  }

  private func description(
    of side: String, tally: BlockPacker.Tally, recipeSHA256: String
  ) -> DatasetDescription {
    let tokenizer = files.tokenizer
    let ofText = tally.tokens - tally.documents * around.countForDocument
    return DatasetDescription(
      tokenType: tokenType, sequenceLength: options.length,
      vocabularySize: tokenizer.vocabularySize, frameSequences: options.frameSequences,
      shardSequences: options.shardSequences, codec: options.codec, level: options.level,
      parityGroup: options.parityGroup, hasProvenance: options.hasProvenance,
      order: options.order.rawValue, seed: options.seed, side: side, documents: tally.documents,
      documentLengths: tally.lengths,
      charactersPerToken: ofText > 0 ? Double(tally.characters) / Double(ofText) : nil,
      specialTokens: tokenizer.specials.map { .init(content: $0.content, id: UInt32($0.id)) },
      roles: Shards.SpecialRoles(tokenizer.roles), tokenizerSHA256: files.sha256,
      recipeSHA256: recipeSHA256)
  }
}

extension Shards.SpecialRoles {
  /// The roles of a tokenizer, as a dataset states them.
  public init(_ roles: Tokenization.SpecialRoles) {
    self.init(
      pad: roles.pad.map(UInt32.init), unk: roles.unk.map(UInt32.init),
      cls: roles.cls.map(UInt32.init), sep: roles.sep.map(UInt32.init),
      mask: roles.mask.map(UInt32.init))
  }
}

extension Packing.Side {
  /// What the report says of a side.
  fileprivate func json(_ manifest: Manifest) -> JSONValue {
    [
      "documents": .unsigned(tally.documents), "sequences": .unsigned(manifest.sequences),
      "tokens": .unsigned(manifest.tokens), "tail_tokens": .unsigned(tally.tailTokens),
      "tail_documents": .unsigned(tally.tailDocuments),
      "unknown_tokens": .unsigned(manifest.statistics.unknown),
      "shards": .int(Int64(manifest.shards.count)), "bytes": .unsigned(manifest.bytes),
      "provenance_bytes": .unsigned(manifest.provenanceBytes),
      "bits_per_token": .double(8 * Double(manifest.bytes) / Double(manifest.tokens)),
      "fingerprint": .string(manifest.fingerprint),
    ]
  }
}
