/// A short byte string in three machine words, padded with zeros.
struct ChunkKey: Equatable {
  static let longest = 24

  var words: (UInt64, UInt64, UInt64)
  var count: UInt8

  /// The first `count` bytes at `start`, at most `longest`; reads nothing at or behind `end`.
  @inline(__always)
  init(_ start: UnsafePointer<UInt8>, count: Int, end: UnsafePointer<UInt8>) {
    self.count = UInt8(truncatingIfNeeded: count)
    if end - start >= Self.longest {
      words = Self.load(UnsafeRawPointer(start), count)
    } else {
      var copy: (UInt64, UInt64, UInt64) = (0, 0, 0)
      words = withUnsafeMutableBytes(of: &copy) { copy in
        copy.baseAddress!.copyMemory(from: start, byteCount: count)
        return Self.load(UnsafeRawPointer(copy.baseAddress!), count)
      }
    }
  }

  @inline(__always)
  private static func load(_ start: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64, UInt64) {
    let first = start.loadUnaligned(as: UInt64.self)
    if count <= 8 { return (first & mask(count), 0, 0) }
    let second = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    if count <= 16 { return (first, second & mask(count - 8), 0) }
    let third = start.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    return (first, second, third & mask(count - 16))
  }

  /// The low `count` bytes, 1 to 8.
  @inline(__always)
  private static func mask(_ count: Int) -> UInt64 {
    UInt64.max >> UInt64(truncatingIfNeeded: 64 - count * 8)
  }

  /// A number below `1 << bits`, well spread.
  @inline(__always)
  func slot(bits: Int) -> Int {
    var hash = (words.0 ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
    if count > 8 {
      hash = (hash ^ hash >> 32 ^ words.1) &* 0xD6E8_FEB8_6659_FD93
      hash = (hash ^ hash >> 32 ^ words.2) &* 0xCA5A_8263_9512_1157
    }
    hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash >> UInt64(64 - bits))
  }

  @inline(__always)
  static func == (left: ChunkKey, right: ChunkKey) -> Bool {
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
      | (left.words.2 ^ right.words.2) | UInt64(left.count ^ right.count) == 0
  }
}
