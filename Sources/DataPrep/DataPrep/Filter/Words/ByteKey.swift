import RingProtocol

/// A byte string as a number of 128 bits: up to 15 bytes as they stand, longer ones by XXH3.
///
/// Two different strings have different keys when both are short; else they have the same one with a probability below
/// 2⁻¹¹⁹. No string of at least one byte has a key whose `high` is 0.
struct ByteKey: Equatable {
  var low: UInt64
  var high: UInt64

  /// The key of `count` bytes at `start`, at least one; reads nothing at or behind `end`.
  @inline(__always)
  init(_ start: UnsafePointer<UInt8>, count: Int, end: UnsafePointer<UInt8>) {
    if count <= 15, end - start >= 16 {
      let raw = UnsafeRawPointer(start)
      self.init(
        low: raw.loadUnaligned(as: UInt64.self),
        high: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self), count: count)
    } else {
      self.init(slowly: start, count: count)
    }
  }

  /// The key of whole bytes.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.init(slowly: bytes.baseAddress!, count: bytes.count)
  }

  init(low: UInt64, high: UInt64) {
    (self.low, self.high) = (low, high)
  }

  /// Keeps the low `count` of 16 bytes, at most 15.
  @inline(__always)
  private init(low: UInt64, high: UInt64, count: Int) {
    let tag = UInt64(truncatingIfNeeded: count) &<< 56
    if count <= 8 {
      self.low = low & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- count &* 8))
      self.high = tag
    } else {
      self.low = low
      self.high = high & (UInt64.max &>> UInt64(truncatingIfNeeded: 128 &- count &* 8)) | tag
    }
  }

  @inline(never)
  private init(slowly start: UnsafePointer<UInt8>, count: Int) {
    guard count <= 15 else {
      let hash = Checksum.xxh3_128(UnsafeRawBufferPointer(start: start, count: count))
      self.init(
        low: UInt64(truncatingIfNeeded: hash),
        high: UInt64(truncatingIfNeeded: hash >> 64) | 0xFF << 56)
      return
    }
    var copy: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &copy) {
      $0.baseAddress!.copyMemory(from: start, byteCount: count)
    }
    self.init(low: copy.0, high: copy.1, count: count)
  }

  /// The bytes of the string; more than 15 for a longer one.
  @inline(__always)
  var size: UInt64 { high &>> 56 }

  /// 64 bits, all of them well spread: stands for the string where a document's words are compared.
  @inline(__always)
  var hash: UInt64 {
    let product = (low ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(
      by: high ^ 0x8BB8_4B93_962E_ACC9)
    return product.low ^ product.high
  }

  @inline(__always)
  static func == (left: ByteKey, right: ByteKey) -> Bool {
    (left.low ^ right.low) | (left.high ^ right.high) == 0
  }
}
