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
  /// The chunk, with room for 16 bytes behind it.
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  /// Whether all are ASCII letters: only special cases split those.
  private(set) var isPlain = false
  /// Whether one is a period, an ellipsis or a number sign.
  private(set) var hasMarks = false
  private var capacity = 64

  init() {
    scalars = .allocate(capacity: capacity)
    flags = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity + 1)
    bytes = .allocate(capacity: capacity + 16)
  }

  deinit { free() }

  private func free() {
    scalars.deallocate()
    flags.deallocate()
    offsets.deallocate()
    bytes.deallocate()
  }

  private func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    free()
    capacity = max(wanted, 2 * capacity)
    scalars = .allocate(capacity: capacity)
    flags = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity + 1)
    bytes = .allocate(capacity: capacity + 16)
  }

  /// Takes a chunk: well-formed UTF-8.
  func load(_ chunk: UnsafeBufferPointer<UInt8>) {
    reserve(chunk.count)
    bytes.update(from: chunk.baseAddress!, count: chunk.count)
    var (at, found, plain, marks) = (0, 0, true, false)
    while at < chunk.count {
      let (scalar, size) = Self.decode(bytes + at)
      scalars[found] = scalar
      flags[found] = cram_splitter_flags(scalar)
      offsets[found] = UInt32(truncatingIfNeeded: at)
      plain = plain && (scalar | 0x20) &- 0x61 < 26
      marks = marks || scalar == 0x2E || scalar == 0x23 || scalar == 0x2026
      found &+= 1
      at &+= size
    }
    (isPlain, hasMarks) = (plain, marks)
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

  /// The key of the chunk's bytes from `start` up to `end`.
  @inline(__always)
  func key(_ start: Int, _ end: Int) -> ByteKey {
    ByteKey(bytes + start, count: end &- start, end: bytes + end + 16)
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
