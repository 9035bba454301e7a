import RingProtocol

/// Positions in the texts of a corpus: the block above, the offset among the texts that are left of the block below.
///
/// They rise in reading order, and do not depend on how the corpus is divided.
enum CorpusPosition {
  private static let offsetBits: UInt64 = 36

  /// Where the texts of a block begin.
  static func first(ofBlock block: Int) -> UInt64 {
    precondition(block < 1 << (64 - offsetBits), "block \(block)")
    return UInt64(block) << offsetBits
  }

  @inline(__always)
  static func block(_ position: UInt64) -> Int { Int(position >> offsetBits) }

  @inline(__always)
  static func offset(_ position: UInt64) -> Int { Int(position & (1 << offsetBits - 1)) }
}

/// The texts of a whole corpus, in the spools of its partitions.
final class CorpusTexts: Sendable {
  let spools: [SpooledTexts]
  /// For each block the spool that has its texts, and where they begin.
  private let places: [(spool: Int32, base: Int)]

  init(_ spools: [SpooledTexts]) {
    self.spools = spools
    var places: [(spool: Int32, base: Int)] = []
    for (index, spool) in spools.enumerated() {
      for (block, base) in spool.blocks() {
        let missing = max(0, block + 1 - places.count)
        places += Array(repeating: (-1, 0), count: missing)
        places[block] = (Int32(index), base)
      }
    }
    self.places = places
  }

  /// Whether all texts are in memory.
  var isInMemory: Bool { spools.allSatisfy { $0.memory != nil } }

  /// The spool that holds a position, and the place there.
  @inline(__always)
  func place(of position: UInt64) -> (spool: Int, offset: Int) {
    let place = places[CorpusPosition.block(position)]
    return (Int(place.spool), place.base + CorpusPosition.offset(position))
  }

  /// The document that holds a position.
  func ordinal(at position: UInt64) -> UInt64 {
    let (spool, offset) = place(of: position)
    return spools[spool].ordinal(of: spools[spool].document(at: offset))
  }

  /// The bytes from `start` to `end`, which are of one document.
  func bytes(_ start: UInt64, _ end: UInt64) throws(FileError) -> [UInt8] {
    let (spool, offset) = place(of: start)
    return try spools[spool].bytes(offset..<offset + Int(end - start))
  }
}
