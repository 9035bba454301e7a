/// A set of documents of a corpus: a bit for each document up to the last one of each block.
package struct OrdinalSet: Sendable {
  private var blocks: [[UInt64]] = []

  package init() {}

  package var isEmpty: Bool { blocks.allSatisfy(\.isEmpty) }

  /// Adds a document.
  package mutating func insert(_ ordinal: UInt64) {
    let (block, index) = (Ordinal.block(of: ordinal), Ordinal.index(of: ordinal))
    while blocks.count <= block { blocks.append([]) }
    while blocks[block].count <= index / 64 { blocks[block].append(0) }
    blocks[block][index / 64] |= 1 << UInt64(index % 64)
  }

  package func contains(_ ordinal: UInt64) -> Bool {
    let (block, index) = (Ordinal.block(of: ordinal), Ordinal.index(of: ordinal))
    guard block < blocks.count, index / 64 < blocks[block].count else { return false }
    return blocks[block][index / 64] >> UInt64(index % 64) & 1 == 1
  }
}
