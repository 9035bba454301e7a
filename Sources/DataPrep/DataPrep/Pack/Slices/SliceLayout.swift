import RingProtocol

/// How the places of an order are divided into slices, each of which is held in memory as a whole.
struct SliceLayout: Equatable {
  /// Blocks of all slices.
  let count: UInt64
  /// Blocks of each slice but the last.
  let sliceBlocks: UInt64

  /// What waits for a slice is written in pieces of at least this size, as far as memory allows.
  private static let appendedBytes: UInt64 = 1 << 20
  /// Smaller slices would be read no faster.
  private static let leastBytes: UInt64 = 8 << 20
  /// A slice takes at most this part of the memory.
  private static let largestShare: UInt64 = 2

  init(count: UInt64, sliceBlocks: UInt64) {
    (self.count, self.sliceBlocks) = (count, sliceBlocks)
  }

  /// Slices as small as still can be written at once with so much memory.
  ///
  /// - Parameters:
  ///   - blockBytes: what a block takes on an average, with all that is stored beside its tokens.
  ///   - memory: bytes for writing the slices, and for holding a few of them.
  init(count: UInt64, blockBytes: UInt64, memory: UInt64) {
    let slices = max(1, memory / Self.appendedBytes)
    let wanted = max(count * blockBytes / slices, Self.leastBytes)
    self.init(
      count: count, sliceBlocks: max(1, min(wanted, memory / Self.largestShare) / blockBytes))
  }

  /// How many slices there are.
  var slices: Int { Int((count + sliceBlocks - 1) / sliceBlocks) }

  /// The slice that holds a place.
  func slice(of place: UInt64) -> Int { Int(place / sliceBlocks) }

  /// The places of a slice.
  func places(of slice: Int) -> Range<UInt64> {
    let first = UInt64(slice) * sliceBlocks
    return first..<min(first + sliceBlocks, count)
  }
}
