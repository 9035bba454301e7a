/// The place of a document in its corpus: its block in the upper 40 bits, its index there in the lower 24.
///
/// Known without counting what other parts of the corpus hold; reading order is the order of ordinals.
package enum Ordinal {
  /// Stands for no document.
  package static let none = UInt64.max

  package static func make(block: Int, index: Int) -> UInt64 {
    precondition(index < 1 << 24, "document \(index) of block \(block)")
    return UInt64(block) << 24 | UInt64(index)
  }

  package static func block(of ordinal: UInt64) -> Int { Int(ordinal >> 24) }

  package static func index(of ordinal: UInt64) -> Int { Int(ordinal & 0xFF_FFFF) }
}
