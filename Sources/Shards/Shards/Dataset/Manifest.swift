import RingProtocol

/// What a dataset says of itself: the content of `manifest.json`.
public struct Manifest: Sendable, Equatable {
  public static let formatVersion = 1
  public static let fileName = "manifest.json"

  /// SHA-256 of the plain content: the same whatever the compression.
  public var fingerprint: String
  /// 32 hexadecimal digits that every shard's header repeats.
  public var datasetID: String
  public var tokenType: TokenType
  public var sequenceLength: Int
  public var sequences: UInt64
  /// Documents that were packed, those included of which only the tail that filled no sequence was left.
  public var documents: UInt64
  public var vocabularySize: Int
  /// The special tokens with their ids, in order of ids.
  public var specialTokens: [SpecialToken]
  public var roles: SpecialRoles
  public var tokenizerSHA256: String
  public var recipeSHA256: String
  /// `"random"`, `"natural"`, `"sentence-length"`, …
  public var order: String
  public var seed: UInt64
  public var frameSequences: Int
  public var codec: Codec
  /// The level of the codec.
  public var level: Int
  /// How many parts of a shard share a strip of parity; 0 for none.
  public var parityGroup: Int
  /// Whether the shards tell where their documents come from, and the bytes that it takes.
  public var hasProvenance = false
  public var provenanceBytes: UInt64 = 0
  public var statistics: TokenStatistics
  /// Nil in a manifest of an earlier release.
  public var distributions: Distributions?
  public var shards: [ShardSummary]

  /// What is known of the whole beside sums.
  public struct Distributions: Sendable, Equatable {
    /// Without sources, which only the shards tell.
    public var packing: PackingSummary
    public var frequencies: FrequencyCurve
    /// Nil where nobody knows.
    public var documentLengths: LengthDistribution?
    /// Unicode code points of the documents' texts for each of their tokens; nil where nobody knows.
    public var charactersPerToken: Double?
  }

  /// A special token by what it is written as.
  public struct SpecialToken: Sendable, Equatable {
    public var content: String
    public var id: UInt32

    public init(content: String, id: UInt32) {
      (self.content, self.id) = (content, id)
    }
  }

  /// Tokens of the dataset.
  public var tokens: UInt64 { sequences * UInt64(sequenceLength) }
  /// Bytes of all shards.
  public var bytes: UInt64 { shards.reduce(0) { $0 + $1.bytes } }
  /// Bytes of one sequence, unpacked.
  public var sequenceBytes: Int { sequenceLength * tokenType.byteCount }
}

extension Manifest {
  /// `manifest.json` as it is written.
  public var json: JSONValue {
    [
      "format_version": .int(Int64(Self.formatVersion)),
      "fingerprint": .string(fingerprint),
      "dataset_id": .string(datasetID),
      "token_type": .string(tokenType.rawValue),
      "sequence_length": .int(Int64(sequenceLength)),
      "sequences": .unsigned(sequences),
      "tokens": .unsigned(tokens),
      "documents": .unsigned(documents),
      "vocabulary_size": .int(Int64(vocabularySize)),
      "special_tokens": Self.json(of: specialTokens),
      "special_roles": roles.json,
      "tokenizer_sha256": .string(tokenizerSHA256),
      "recipe_sha256": .string(recipeSHA256),
      "order": .string(order),
      "seed": .unsigned(seed),
      "frame_sequences": .int(Int64(frameSequences)),
      "codec": .string(codec.rawValue),
      "level": .int(Int64(level)),
      "parity": .int(Int64(parityGroup)),
      "provenance": hasProvenance ? "full" : "none",
      "provenance_bytes": .unsigned(provenanceBytes),
      "statistics": statistics.json,
      "distributions": distributions?.json ?? .null,
      "shards": .array(shards.map(Self.json(of:))),
    ]
  }

  static func json(of tokens: [SpecialToken]) -> JSONValue {
    .object(tokens.map { .init($0.content, .int(Int64($0.id))) })
  }

  private static func json(of shard: ShardSummary) -> JSONValue {
    [
      "file": .string(shard.file), "sequences": .unsigned(shard.sequences),
      "bytes": .unsigned(shard.bytes), "sha256": .string(shard.sha256),
    ]
  }

  /// Writes `manifest.json` into `folder`.
  public func write(to folder: String) throws(FileError) {
    try AtomicFile.replace(
      folder + "/" + Self.fileName, with: json.serialized(pretty: true) + "\n")
  }

  /// Reads `manifest.json` in `folder` and checks that its numbers agree with each other.
  public static func read(_ folder: String) throws(ShardError) -> Manifest {
    let path = folder + "/" + fileName
    let json: JSONValue
    do throws(FileError) { json = try JSONValue.read(path) } catch { throw .file(error) }
    let manifest = try ManifestParser(path: path, json: json).manifest()
    try manifest.check(path: path)
    return manifest
  }
}
