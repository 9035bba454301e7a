import RingProtocol

/// 128 bits that stand for a text: two different texts share them with a probability below 10⁻²⁰ in a corpus of 10⁹.
package struct TextDigest: Sendable, Hashable {
  package var high: UInt64
  package var low: UInt64

  /// The XXH3 of bytes.
  package init(_ bytes: UnsafeRawBufferPointer) {
    let digest = Checksum.xxh3_128(bytes)
    (high, low) = (UInt64(truncatingIfNeeded: digest >> 64), UInt64(truncatingIfNeeded: digest))
  }

  package init(high: UInt64, low: UInt64) {
    (self.high, self.low) = (high, low)
  }
}

/// A table would take more memory than it may: the work has to go another way.
struct TableOverflow: Error {}

/// A set of digests in which each may have a value: open addressing, at most 3/4 full.
///
/// - Complexity: O(1) an entry; 16 bytes (24 with values) for each place, of which there are a power of two.
final class DigestTable {
  private var keys: UnsafeMutablePointer<TextDigest>
  private var values: UnsafeMutablePointer<UInt64>?
  private var capacity: Int
  private let limit: Int
  /// How many digests are in it.
  private(set) var count = 0

  private static let empty = TextDigest(high: 0, low: 0)
  private static let smallest = 1 << 10

  /// - Parameters:
  ///   - hasValues: whether `admit` keeps the values.
  ///   - limit: bytes that it may take, those for growing included.
  init(hasValues: Bool, limit: Int) {
    (capacity, self.limit) = (Self.smallest, limit)
    keys = Self.makeKeys(capacity)
    values = hasValues ? .allocate(capacity: capacity) : nil
  }

  deinit {
    keys.deallocate()
    values?.deallocate()
  }

  /// Adds a digest with its value: nil where it is new, else the value that it came with first (0 without values).
  func admit(_ digest: TextDigest, value: UInt64) throws(TableOverflow) -> UInt64? {
    let digest = digest == Self.empty ? TextDigest(high: 0, low: 1) : digest
    let place = place(of: digest)
    guard keys[place] != digest else { return values?[place] ?? 0 }
    guard (count + 1) * 4 > capacity * 3 else {
      insert(digest, value, at: place)
      return nil
    }
    try grow()
    insert(digest, value, at: self.place(of: digest))
    return nil
  }

  private func insert(_ digest: TextDigest, _ value: UInt64, at place: Int) {
    keys[place] = digest
    values?[place] = value
    count += 1
  }

  /// Where the digest is, or would go. Bits from the middle: buckets of records are cut by the highest.
  private func place(of digest: TextDigest) -> Int {
    var place = Int(truncatingIfNeeded: digest.low) & (capacity - 1)
    while keys[place] != digest, keys[place] != Self.empty { place = (place + 1) & (capacity - 1) }
    return place
  }

  private func grow() throws(TableOverflow) {
    let entry = MemoryLayout<TextDigest>.stride + (values == nil ? 0 : MemoryLayout<UInt64>.stride)
    guard 3 * capacity * entry <= limit else { throw TableOverflow() }
    let (oldKeys, oldValues, oldCapacity) = (keys, values, capacity)
    capacity *= 2
    count = 0
    keys = Self.makeKeys(capacity)
    values = oldValues == nil ? nil : .allocate(capacity: capacity)
    for old in 0..<oldCapacity where oldKeys[old] != Self.empty {
      insert(oldKeys[old], oldValues?[old] ?? 0, at: place(of: oldKeys[old]))
    }
    oldKeys.deallocate()
    oldValues?.deallocate()
  }

  private static func makeKeys(_ capacity: Int) -> UnsafeMutablePointer<TextDigest> {
    let keys = UnsafeMutablePointer<TextDigest>.allocate(capacity: capacity)
    keys.initialize(repeating: empty, count: capacity)
    return keys
  }
}
