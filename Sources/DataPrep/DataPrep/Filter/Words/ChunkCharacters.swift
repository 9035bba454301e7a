import CTextKernels

/// The characters of one chunk of text, with what the rules of the word splitter know of each.
///
/// Ranges in its methods count characters: `low` is the first, `high` the place behind the last.
final class ChunkCharacters {
  private(set) var count = 0
  /// The code points.
  private(set) var scalars: UnsafeMutablePointer<UInt32>
  /// Their flags: `CRAM_SPLITTER_…`.
  private(set) var flags: UnsafeMutablePointer<UInt16>
  /// Where each begins in the chunk's bytes; one more for the end.
  private(set) var offsets: UnsafeMutablePointer<UInt32>
  /// The chunk itself, as long as its text is in hand.
  private(set) var bytes: UnsafePointer<UInt8>
  private var capacity = 64

  init() {
    scalars = .allocate(capacity: capacity)
    flags = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity + 1)
    bytes = UnsafePointer(bitPattern: 1)!
  }

  deinit { free() }

  private func free() {
    scalars.deallocate()
    flags.deallocate()
    offsets.deallocate()
  }

  private func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    free()
    capacity = max(wanted, 2 * capacity)
    scalars = .allocate(capacity: capacity)
    flags = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity + 1)
  }

  /// Takes a chunk: well-formed UTF-8.
  func load(_ chunk: UnsafeBufferPointer<UInt8>) {
    reserve(chunk.count)
    bytes = chunk.baseAddress!
    var at = 0
    var found = 0
    while at < chunk.count {
      let (scalar, size) = Self.decode(bytes + at)
      scalars[found] = scalar
      flags[found] = cram_splitter_flags(scalar)
      offsets[found] = UInt32(truncatingIfNeeded: at)
      found &+= 1
      at &+= size
    }
    offsets[found] = UInt32(truncatingIfNeeded: chunk.count)
    count = found
  }

  /// The character that begins at `p`, and its number of bytes.
  @inline(__always)
  static func decode(_ p: UnsafePointer<UInt8>) -> (scalar: UInt32, size: Int) {
    let first = UInt32(p[0])
    if first < 0x80 { return (first, 1) }
    if first < 0xE0 { return ((first & 0x1F) << 6 | tail(p, 1), 2) }
    if first < 0xF0 { return ((first & 0x0F) << 12 | tail(p, 1) << 6 | tail(p, 2), 3) }
    return ((first & 0x07) << 18 | tail(p, 1) << 12 | tail(p, 2) << 6 | tail(p, 3), 4)
  }

  @inline(__always)
  private static func tail(_ p: UnsafePointer<UInt8>, _ at: Int) -> UInt32 {
    UInt32(p[at] & 0x3F)
  }

  /// Whether the character at `place` has one of the flags.
  @inline(__always)
  func has(_ place: Int, _ flag: Int) -> Bool { Int(flags[place]) & flag != 0 }

  /// The bytes of a range.
  @inline(__always)
  func slice(_ low: Int, _ high: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: bytes + Int(offsets[low]), count: Int(offsets[high] &- offsets[low]))
  }

  @inline(__always)
  func isDigit(_ place: Int) -> Bool { scalars[place] &- 0x30 < 10 }

  /// How many periods stand in a row from `place` on, before `high`.
  func periods(from place: Int, _ high: Int) -> Int {
    var end = place
    while end < high, scalars[end] == 0x2E { end += 1 }
    return end - place
  }

  /// How many periods stand in a row up to `high`, behind `low`.
  func periods(before high: Int, _ low: Int) -> Int {
    var start = high
    while start > low, scalars[start - 1] == 0x2E { start -= 1 }
    return high - start
  }
}

/// One character as a number, for comparisons.
func scalar(_ character: Unicode.Scalar) -> UInt32 { character.value }
