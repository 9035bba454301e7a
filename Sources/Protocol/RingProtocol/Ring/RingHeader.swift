/// What a trainer must know of the data that a ring carries; the same for the ring's whole life.
public struct RingHeader: Equatable, Sendable {
  /// How a token lies in a slot.
  public enum TokenType: UInt32, Sendable {
    case u16 = 2
    case u32 = 4

    /// Bytes of a token.
    public var bytes: Int { Int(rawValue) }
  }

  /// The ids of the tokens that training treats apart; nil where the vocabulary has none.
  public struct Specials: Equatable, Sendable {
    public var pad, unk, cls, sep, mask: UInt32?

    public init(
      pad: UInt32? = nil, unk: UInt32? = nil, cls: UInt32? = nil, sep: UInt32? = nil,
      mask: UInt32? = nil
    ) {
      (self.pad, self.unk, self.cls, self.sep, self.mask) = (pad, unk, cls, sep, mask)
    }

    var all: [UInt32?] { [pad, unk, cls, sep, mask] }
  }

  public var tokenType: TokenType
  /// Tokens of a sequence.
  public var sequenceLength: Int
  /// Sequences of a batch, over all ranks.
  public var batchSequences: Int
  /// Which share of each batch this ring carries, from 0.
  public var rank: Int
  /// How many rings share the batches.
  public var worldSize: Int
  public var vocabularySize: Int
  public var specials: Specials
  /// SHA-256 of the dataset's plain content, 64 hexadecimal digits.
  public var fingerprint: String
  public var sequencesPerEpoch: UInt64
  /// After how many epochs the data ends; nil: never.
  public var epochs: UInt64?
  /// What the order of later epochs is keyed by, beside the fingerprint.
  public var seed: UInt64
  /// The rule of that order.
  public var orderVersion: UInt32

  public init(
    tokenType: TokenType, sequenceLength: Int, batchSequences: Int, rank: Int = 0,
    worldSize: Int = 1,
    vocabularySize: Int, specials: Specials = Specials(), fingerprint: String,
    sequencesPerEpoch: UInt64,
    epochs: UInt64? = nil, seed: UInt64 = 0, orderVersion: UInt32 = 1
  ) {
    self.tokenType = tokenType
    self.sequenceLength = sequenceLength
    self.batchSequences = batchSequences
    self.rank = rank
    self.worldSize = worldSize
    self.vocabularySize = vocabularySize
    self.specials = specials
    self.fingerprint = fingerprint
    self.sequencesPerEpoch = sequencesPerEpoch
    self.epochs = epochs
    self.seed = seed
    self.orderVersion = orderVersion
  }

  /// Bytes of one sequence in a slot.
  public var sequenceBytes: Int { sequenceLength * tokenType.bytes }
  /// The most sequences that a slot of this ring carries.
  public var slotSequences: Int { batchSequences / worldSize }
  /// Bytes of a full slot's tokens.
  public var slotPayloadBytes: Int { slotSequences * sequenceBytes }

  /// Which field differs first, with both values; nil where the two describe the same stream.
  func difference(from other: RingHeader) -> (field: String, own: String, other: String)? {
    let fields: [(String, (RingHeader) -> String)] = [
      ("fingerprint", { $0.fingerprint }), ("sequence length", { "\($0.sequenceLength)" }),
      ("batch", { "\($0.batchSequences)" }), ("rank", { "\($0.rank) of \($0.worldSize)" }),
      ("epochs", { $0.epochs.map { "\($0)" } ?? "endless" }), ("seed", { "\($0.seed)" }),
      ("whole header", { "\($0)" }),
    ]
    for (field, value) in fields where value(self) != value(other) {
      return (field, value(self), value(other))
    }
    return nil
  }
}

/// How a ring's object is cut: where the slots lie and how many there are.
struct RingShape: Equatable {
  let slotCount: Int
  let slotBytes: Int

  var slotsOffset: Int {
    RingLayout.descriptors + RingLayout.wholePages(slotCount * RingLayout.descriptorBytes)
  }
  var totalBytes: Int { slotsOffset + slotCount * slotBytes }

  /// At least 4 slots, at most 64, and no more than about 32 MiB where that is possible: small enough for a container's
  /// shared memory of 64 MiB with two rings in it.
  init(payloadBytes: Int) {
    slotBytes = RingLayout.wholePages(max(payloadBytes, 1))
    var count = 64
    while count > 4 && count * slotBytes > 32 << 20 { count /= 2 }
    slotCount = count
  }

  init(slotCount: Int, slotBytes: Int) {
    self.slotCount = slotCount
    self.slotBytes = slotBytes
  }
}
