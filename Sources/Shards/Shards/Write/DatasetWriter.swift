import RingProtocol

/// What has to be known of a dataset before it is written.
public struct DatasetDescription: Sendable {
  public var tokenType: TokenType
  public var sequenceLength: Int
  public var vocabularySize: Int
  /// Sequences of a frame: small ones cost size, large ones cost random access.
  public var frameSequences: Int
  /// Sequences of a shard.
  public var shardSequences: UInt64
  public var codec: Codec
  /// The level of the codec.
  public var level: Int
  /// How many parts of a shard share a strip of parity; 0 for none.
  public var parityGroup: Int
  /// Whether shards tell where their documents come from.
  public var hasProvenance: Bool
  public var order: String
  public var seed: UInt64
  /// `"train"` or `"heldout"`: decides the dataset's id.
  public var side: String
  public var documents: UInt64
  /// How long the documents are, in tokens; nil where nobody knows.
  public var documentLengths: LengthDistribution?
  /// Unicode code points of the documents' texts for each of their tokens, separators aside; nil where nobody knows.
  public var charactersPerToken: Double?
  public var specialTokens: [Manifest.SpecialToken]
  public var roles: SpecialRoles
  public var tokenizerSHA256: String
  public var recipeSHA256: String

  public init(
    tokenType: TokenType, sequenceLength: Int, vocabularySize: Int, frameSequences: Int,
    shardSequences: UInt64, codec: Codec = .zstd, level: Int, parityGroup: Int = 0,
    hasProvenance: Bool = true, order: String, seed: UInt64, side: String, documents: UInt64,
    documentLengths: LengthDistribution? = nil, charactersPerToken: Double? = nil,
    specialTokens: [Manifest.SpecialToken], roles: SpecialRoles, tokenizerSHA256: String,
    recipeSHA256: String
  ) {
    self.tokenType = tokenType
    self.sequenceLength = sequenceLength
    self.vocabularySize = vocabularySize
    self.frameSequences = frameSequences
    self.shardSequences = shardSequences
    self.codec = codec
    self.level = level
    self.parityGroup = parityGroup
    self.hasProvenance = hasProvenance
    self.order = order
    self.seed = seed
    self.side = side
    self.documents = documents
    self.documentLengths = documentLengths
    self.charactersPerToken = charactersPerToken
    self.specialTokens = specialTokens
    self.roles = roles
    self.tokenizerSHA256 = tokenizerSHA256
    self.recipeSHA256 = recipeSHA256
  }
}

/// Writes a folder of shards and its manifest.
public struct DatasetWriter {
  private let description: DatasetDescription
  private let folder: String
  private let threads: Int

  /// - Parameters:
  ///   - folder: is created where it is missing.
  ///   - threads: change no byte of what is written.
  public init(_ description: DatasetDescription, folder: String, threads: Int) {
    self.description = description
    self.folder = folder
    self.threads = threads
  }

  /// What no dataset can be, in words; nil where all is well. To be asked before any work begins.
  public static func fault(of description: DatasetDescription) -> String? {
    header(of: description, number: 0, sequences: 1).fault
  }

  /// Writes all sequences of `source`, each shard verified before it counts, the manifest last.
  ///
  /// Shards that an earlier run left and that hold what they should are kept. Under a final name there is never anything
  /// but a whole file, so it may be killed at any time and called again.
  ///
  /// - Parameter progress: counts the sequences written.
  @discardableResult
  public func write(
    _ source: some SequenceSource, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws -> Manifest {
    precondition(source.count > 0, "a dataset of no sequences")
    try Folder.create(folder)
    try clean(keeping: shardCount(of: source.count))
    var fingerprint = Fingerprint(
      tokenType: description.tokenType, sequenceLength: description.sequenceLength,
      tokenizerSHA256: description.tokenizerSHA256)
    var histogram = [UInt64](repeating: 0, count: description.vocabularySize)
    var shards: [ShardSummary] = []
    var packing = PackingSummary()
    var provenanceBytes: UInt64 = 0
    var first: UInt64 = 0
    while first < source.count {
      let sequences = min(description.shardSequences, source.count - first)
      let writer = shardWriter(number: shards.count, first: first, sequences: sequences)
      let outcome = try writer.make(from: source) { plain in
        try cancellation.check()
        fingerprint.update(plain)
        progress?.advance(by: UInt64(plain.count / writer.header.sequenceBytes))
      }
      shards.append(outcome.summary)
      packing.add(outcome.packing)
      provenanceBytes += outcome.provenanceBytes
      for (id, count) in outcome.histogram.enumerated() { histogram[id] += count }
      first += sequences
    }
    var manifest = manifest(
      of: shards, fingerprint: fingerprint.finalize(),
      statistics: TokenStatistics(histogram: histogram, roles: description.roles))
    manifest.hasProvenance = description.hasProvenance && source.hasOrigins
    manifest.provenanceBytes = provenanceBytes
    manifest.distributions = Manifest.Distributions(
      packing: packing, frequencies: FrequencyCurve(histogram: histogram),
      documentLengths: description.documentLengths,
      charactersPerToken: description.charactersPerToken)
    try manifest.write(to: folder)
    return manifest
  }

  /// How many shards `count` sequences make.
  public func shardCount(of count: UInt64) -> Int {
    Int((count + description.shardSequences - 1) / description.shardSequences)
  }

  /// Writes some of the shards, each verified, and no manifest: `write` finds and keeps them. May run beside others of the folder.
  ///
  /// - Parameter numbers: below `shardCount`.
  public func writeShards(
    _ numbers: Range<Int>, of source: some SequenceSource, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws {
    try Folder.create(folder)
    for number in numbers {
      let first = UInt64(number) * description.shardSequences
      let writer = shardWriter(
        number: number, first: first,
        sequences: min(description.shardSequences, source.count - first))
      _ = try writer.make(from: source) { plain in
        try cancellation.check()
        progress?.advance(by: UInt64(plain.count / writer.header.sequenceBytes))
      }
    }
  }

  /// The name of shard `number`.
  public static func fileName(ofShard number: Int, codec: Codec = .zstd) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits + codec.fileExtension
  }

  private func fileName(ofShard number: Int) -> String {
    Self.fileName(ofShard: number, codec: description.codec)
  }

  /// Removes what a killed writer left half-written, and a manifest that is to be made again.
  private func clean(keeping shards: Int) throws(FileError) {
    let names = Set((0..<shards).map(fileName(ofShard:)))
    for name in try Folder.entries(of: folder) where Self.isOwn(name) && !names.contains(name) {
      try Folder.remove(folder + "/" + name)
    }
  }

  /// Whether a writer of datasets gives files such a name.
  public static func isOwn(_ name: String) -> Bool {
    let plain = name.hasSuffix(".tmp") ? String(name.dropLast(4)) : name
    return plain == Manifest.fileName
      || Codec.allCases.contains { codec in
        plain.hasSuffix(codec.fileExtension)
          && plain.dropLast(codec.fileExtension.count).allSatisfy { $0.isASCII && $0.isNumber }
      }
  }

  private func shardWriter(number: Int, first: UInt64, sequences: UInt64) -> ShardWriter {
    let header = Self.header(of: description, number: number, sequences: sequences)
    return ShardWriter(
      path: folder + "/" + fileName(ofShard: number), header: header,
      level: description.level, parityGroup: description.parityGroup,
      hasProvenance: description.hasProvenance, threads: threads, first: first)
  }

  private static func header(
    of description: DatasetDescription, number: Int, sequences: UInt64
  ) -> ShardHeader {
    ShardHeader(
      tokenType: description.tokenType, number: UInt32(number),
      sequenceLength: description.sequenceLength, vocabularySize: description.vocabularySize,
      frameSequences: description.frameSequences, sequences: sequences,
      datasetID: ShardHeader.datasetID(
        recipeSHA256: description.recipeSHA256, seed: description.seed, side: description.side),
      tokenizerSHA256: description.tokenizerSHA256, recipeSHA256: description.recipeSHA256,
      roles: description.roles, codec: description.codec, notes: notes(of: description))
  }

  /// JSON for people who look into the file; the special tokens are left out where they would not fit.
  private static func notes(of description: DatasetDescription) -> String {
    var notes: JSONValue = [
      "content": .string(
        "token ids for masked language modelling, written by cram; every \(description.codec.rawValue) decoder unpacks this file to the plain ids"
      ),
      "side": .string(description.side), "order": .string(description.order),
      "seed": .unsigned(description.seed),
      "codec": .string(description.codec.rawValue), "level": .int(Int64(description.level)),
      "token_type": .string(description.tokenType.rawValue),
      "sequence_length": .int(Int64(description.sequenceLength)),
    ]
    var complete = notes
    complete["special_tokens"] = Manifest.json(of: description.specialTokens)
    if complete.serialized().utf8.count <= ShardHeader.notesLimit { notes = complete }
    return notes.serialized()
  }

  private func manifest(
    of shards: [ShardSummary], fingerprint: String, statistics: TokenStatistics
  ) -> Manifest {
    Manifest(
      fingerprint: fingerprint,
      datasetID: ShardHeader.datasetID(
        recipeSHA256: description.recipeSHA256, seed: description.seed, side: description.side),
      tokenType: description.tokenType, sequenceLength: description.sequenceLength,
      sequences: shards.reduce(0) { $0 + $1.sequences }, documents: description.documents,
      vocabularySize: description.vocabularySize, specialTokens: description.specialTokens,
      roles: description.roles, tokenizerSHA256: description.tokenizerSHA256,
      recipeSHA256: description.recipeSHA256, order: description.order, seed: description.seed,
      frameSequences: description.frameSequences, codec: description.codec,
      level: description.level, parityGroup: description.parityGroup, statistics: statistics,
      shards: shards)
  }
}
