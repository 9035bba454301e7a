import RingProtocol

/// What a shard says of itself in its first 4,096 bytes.
///
/// Only facts that are known before the first sequence is written, so that a shard is written in one go.
public struct ShardHeader: Sendable, Equatable {
  public var tokenType: TokenType
  /// The number of this shard in its dataset, from 0.
  public var number: UInt32
  /// Tokens of a sequence.
  public var sequenceLength: Int
  public var vocabularySize: Int
  /// Sequences of each frame, the last excepted, which may be shorter.
  public var frameSequences: Int
  /// Sequences of this shard.
  public var sequences: UInt64
  /// 32 hexadecimal digits: the same for every shard of a dataset.
  public var datasetID: String
  /// 64 hexadecimal digits: SHA-256 of tokenizer.json.
  public var tokenizerSHA256: String
  /// 64 hexadecimal digits: SHA-256 of all that decides the dataset, save its input.
  public var recipeSHA256: String
  public var roles: SpecialRoles
  public var codec: Codec
  /// JSON for people; nothing depends on it.
  public var notes: String

  public init(
    tokenType: TokenType, number: UInt32, sequenceLength: Int, vocabularySize: Int,
    frameSequences: Int, sequences: UInt64, datasetID: String, tokenizerSHA256: String,
    recipeSHA256: String, roles: SpecialRoles, codec: Codec, notes: String
  ) {
    self.tokenType = tokenType
    self.number = number
    self.sequenceLength = sequenceLength
    self.vocabularySize = vocabularySize
    self.frameSequences = frameSequences
    self.sequences = sequences
    self.datasetID = datasetID
    self.tokenizerSHA256 = tokenizerSHA256
    self.recipeSHA256 = recipeSHA256
    self.roles = roles
    self.codec = codec
    self.notes = notes
  }

  /// 32 hexadecimal digits that name this shard among all: a digest of dataset and number.
  public var shardID: String {
    String(SHA256.hex(of: "cram shard\n\(datasetID)\n\(number)\n").prefix(32))
  }

  /// The name of a dataset of this recipe, seed and side (`train`, `heldout`): nothing random, so that the same command gives the same bytes.
  public static func datasetID(recipeSHA256: String, seed: UInt64, side: String) -> String {
    String(SHA256.hex(of: "cram dataset\n\(recipeSHA256)\n\(seed)\n\(side)\n").prefix(32))
  }

  /// Tokens in the shard.
  public var tokens: UInt64 { sequences * UInt64(sequenceLength) }

  /// Bytes of one sequence, unpacked.
  public var sequenceBytes: Int { sequenceLength * tokenType.byteCount }

  /// How many frames hold the sequences.
  public var frameCount: Int {
    Int((sequences + UInt64(frameSequences) - 1) / UInt64(frameSequences))
  }

  /// The sequences of frame `frame`, counted within the shard.
  public func sequences(ofFrame frame: Int) -> Range<UInt64> {
    let first = UInt64(frame) * UInt64(frameSequences)
    return first..<min(first + UInt64(frameSequences), sequences)
  }

  /// Unpacked bytes of frame `frame`.
  func plainBytes(ofFrame frame: Int) -> Int { sequences(ofFrame: frame).count * sequenceBytes }

  /// What no shard can be, in words; nil where all is well.
  public var fault: String? {
    if !(1...ShardFormat.maximumSequenceLength).contains(sequenceLength) {
      return
        "sequences of \(sequenceLength) tokens, where 1 to \(ShardFormat.maximumSequenceLength) are possible"
    }
    if !(1...ShardFormat.maximumVocabulary).contains(vocabularySize) {
      return
        "a vocabulary of \(vocabularySize) pieces, where 1 to \(ShardFormat.maximumVocabulary) are possible"
    }
    if tokenType == .u16, vocabularySize > 1 << 16 {
      return "a vocabulary of \(vocabularySize) pieces with ids of two bytes"
    }
    if frameSequences < 1 || frameSequences > ShardFormat.maximumFrameBytes / sequenceBytes {
      return
        "frames of \(frameSequences) sequences, where 1 to \(ShardFormat.maximumFrameBytes / sequenceBytes) are possible"
    }
    if sequences < 1 || (sequences - 1) / UInt64(frameSequences) >= ShardFormat.maximumFrames {
      return "\(sequences) sequences in frames of \(frameSequences)"
    }
    return nil
  }
}
