import RingProtocol

/// What is known of a dataset or of a shard without reading its sequences.
public struct Inspection: Sendable {
  /// As given.
  public let path: String
  public let sequences: UInt64
  public let sequenceLength: Int
  public let vocabularySize: Int
  /// Of a dataset the documents that were packed; of a lone shard those it touches.
  public let documents: UInt64
  public let tokenType: TokenType
  public let frameSequences: Int
  /// Bytes of all shards.
  public let bytes: UInt64
  public let codec: Codec
  /// Bytes that provenance takes; nil where it was left out.
  public let provenanceBytes: UInt64?
  /// How documents lie in the sequences, and other distributions; nil in a dataset of an earlier release.
  public let distributions: Manifest.Distributions?
  public let statistics: TokenStatistics
  public let tokenizerSHA256: String
  public let recipeSHA256: String
  public let datasetID: String
  /// Of a dataset only.
  public let manifest: Manifest?
  /// Of a lone shard only.
  public let header: ShardHeader?

  /// Looks at `target`: of a dataset the manifest, of a shard the index.
  public init(_ target: InspectionTarget, path: String) throws(ShardError) {
    switch target {
    case .dataset(let dataset): self.init(dataset.manifest, path: path)
    case .shard(let shard): try self.init(shard, path: path)
    }
  }

  private init(_ manifest: Manifest, path: String) {
    self.path = path
    sequences = manifest.sequences
    sequenceLength = manifest.sequenceLength
    vocabularySize = manifest.vocabularySize
    documents = manifest.documents
    tokenType = manifest.tokenType
    frameSequences = manifest.frameSequences
    bytes = manifest.bytes
    codec = manifest.codec
    provenanceBytes = manifest.hasProvenance ? manifest.provenanceBytes : nil
    distributions = manifest.distributions
    statistics = manifest.statistics
    tokenizerSHA256 = manifest.tokenizerSHA256
    recipeSHA256 = manifest.recipeSHA256
    datasetID = manifest.datasetID
    self.manifest = manifest
    header = nil
  }

  private init(_ shard: ShardReader, path: String) throws(ShardError) {
    let header = shard.header
    let histogram = try shard.histogram()
    statistics = TokenStatistics(histogram: histogram, roles: header.roles)
    codec = header.codec
    provenanceBytes = shard.hasProvenance ? shard.provenanceBytes : nil
    distributions = try shard.packing().map {
      Manifest.Distributions(
        packing: $0, frequencies: FrequencyCurve(histogram: histogram), documentLengths: nil)
    }
    self.path = path
    sequences = header.sequences
    sequenceLength = header.sequenceLength
    vocabularySize = header.vocabularySize
    documents = shard.documents
    tokenType = header.tokenType
    frameSequences = header.frameSequences
    bytes = shard.byteCount
    tokenizerSHA256 = header.tokenizerSHA256
    recipeSHA256 = header.recipeSHA256
    datasetID = header.datasetID
    manifest = nil
    self.header = header
  }

  public var tokens: UInt64 { sequences * UInt64(sequenceLength) }
  /// Bytes of the tokens, unpacked.
  public var plainBytes: UInt64 { tokens * UInt64(tokenType.byteCount) }
  /// Bits that a token takes on disk, everything counted.
  public var bitsPerToken: Double { 8 * Double(bytes) / Double(tokens) }

  /// Bits that a token takes on disk, everything counted but provenance.
  public var bareBitsPerToken: Double {
    8 * Double(bytes - min(provenanceBytes ?? 0, bytes)) / Double(tokens)
  }

  /// A share of all tokens.
  public func share(_ count: UInt64) -> Double { Double(count) / Double(tokens) }

  /// All of it as one object.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("path", .string(path)), .init("kind", manifest == nil ? "shard" : "dataset"),
      .init("sequences", .unsigned(sequences)), .init("tokens", .unsigned(tokens)),
      .init("sequence_length", .int(Int64(sequenceLength))),
      .init("vocabulary_size", .int(Int64(vocabularySize))),
      .init("documents", .unsigned(documents)), .init("token_type", .string(tokenType.rawValue)),
      .init("frame_sequences", .int(Int64(frameSequences))),
      .init("codec", .string(codec.rawValue)),
      .init("bytes", .unsigned(bytes)),
      .init("provenance_bytes", provenanceBytes.map { .unsigned($0) } ?? .null),
      .init("plain_bytes", .unsigned(plainBytes)), .init("bits_per_token", .double(bitsPerToken)),
      .init("bits_per_token_without_provenance", .double(bareBitsPerToken)),
      .init("unknown_share", .double(share(statistics.unknown))),
      .init("special_share", .double(share(statistics.special))),
      .init("statistics", statistics.json),
      .init("distributions", distributions?.json ?? .null), .init("dataset_id", .string(datasetID)),
      .init("tokenizer_sha256", .string(tokenizerSHA256)),
      .init("recipe_sha256", .string(recipeSHA256)),
    ]
    if let manifest {
      members += [
        .init("order", .string(manifest.order)), .init("seed", .unsigned(manifest.seed)),
        .init("fingerprint", .string(manifest.fingerprint)),
        .init("shards", .int(Int64(manifest.shards.count))),
        .init("parity", .int(Int64(manifest.parityGroup))),
      ]
    }
    if let header {
      members += [
        .init("shard_number", .int(Int64(header.number))),
        .init("shard_id", .string(header.shardID)),
        .init("notes", (try? JSONValue.parse(header.notes)) ?? .null),
      ]
    }
    return .object(members)
  }
}
