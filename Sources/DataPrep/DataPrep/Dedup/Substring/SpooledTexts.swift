/// The texts of documents, end to end, each with its ordinal: what anchors point into.
///
/// The memory belongs to `owner`.
final class SpooledTexts: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  /// The ordinal of each document.
  let ordinals: UnsafeBufferPointer<UInt64>
  /// Where each document begins, and behind them where the last one ends.
  private let starts: UnsafeBufferPointer<UInt64>
  /// The document at every 4,096th byte.
  private let landmarks: [UInt32]
  private let owner: AnyObject

  private static let stepShift = 12

  init(
    bytes: UnsafeRawBufferPointer, starts: UnsafeBufferPointer<UInt64>,
    ordinals: UnsafeBufferPointer<UInt64>, owner: AnyObject
  ) {
    precondition(starts.count == ordinals.count + 1, "\(starts.count) and \(ordinals.count)")
    precondition(ordinals.count < Int(UInt32.max), "\(ordinals.count) documents")
    (self.bytes, self.starts, self.ordinals, self.owner) = (bytes, starts, ordinals, owner)
    var document = 0
    landmarks = stride(from: 0, to: bytes.count, by: 1 << Self.stepShift).map { offset in
      while starts[document + 1] <= UInt64(offset) { document += 1 }
      return UInt32(document)
    }
  }

  /// How many documents there are.
  var count: Int { ordinals.count }

  /// The bytes of one document.
  func range(of document: Int) -> Range<Int> {
    Int(starts[document])..<Int(starts[document + 1])
  }

  /// The document that holds the byte at `offset`.
  @inline(__always)
  func document(at offset: Int) -> Int {
    let step = offset >> Self.stepShift
    var low = Int(landmarks[step])
    var high = step + 1 < landmarks.count ? Int(landmarks[step + 1]) : count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= UInt64(offset) { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// Positions in the texts of several partitions: the partition above, the offset in its texts below.
enum CorpusPosition {
  static let offsetBits: UInt64 = 44

  static func first(of partition: Int) -> UInt64 { UInt64(partition) << offsetBits }

  static func partition(_ position: UInt64) -> Int { Int(position >> offsetBits) }

  static func offset(_ position: UInt64) -> Int { Int(position & (1 << offsetBits - 1)) }
}
