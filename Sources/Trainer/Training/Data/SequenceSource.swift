import RingProtocol

/// Consecutive sequences, lent by a source.
public struct SequenceBatch {
  /// The position of the first.
  public var firstPosition: UInt64
  public var sequences: Int
  /// `sequences` · T tokens; valid until the source is asked to release them.
  public var tokens: UnsafeRawBufferPointer

  public init(firstPosition: UInt64, sequences: Int, tokens: UnsafeRawBufferPointer) {
    self.firstPosition = firstPosition
    self.sequences = sequences
    self.tokens = tokens
  }
}

/// Where sequences come from: a ring, or in tests an array.
public protocol SequenceSource: AnyObject {
  /// What the sequences are.
  var facts: DataFacts { get }
  var tokenType: RingHeader.TokenType { get }
  /// The next batch, whose first position follows the last one's; nil at the end of the data. Blocks until it is there.
  func next() throws -> SequenceBatch?
  /// Takes back the batch that `next` gave last.
  func release()
  /// How long `next` has blocked in all.
  var waitedNanoseconds: UInt64 { get }
}
