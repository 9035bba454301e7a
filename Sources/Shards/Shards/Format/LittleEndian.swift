extension UnsafeRawBufferPointer {
  /// The little-endian number at `offset`, which need not be aligned.
  func number<T: FixedWidthInteger>(at offset: Int, as type: T.Type = T.self) -> T {
    T(littleEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// The bytes in `range`, as a buffer of their own.
  func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range])
  }
}

extension [UInt8] {
  /// Appends `number`, little-endian.
  mutating func append<T: FixedWidthInteger>(number: T) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// Writes `number`, little-endian, over the bytes at `offset`.
  mutating func set<T: FixedWidthInteger>(_ number: T, at offset: Int) {
    Swift.withUnsafeBytes(of: number.littleEndian) {
      replaceSubrange(offset..<offset + $0.count, with: $0)
    }
  }

  /// Writes `bytes` over those at `offset`.
  mutating func set(_ bytes: [UInt8], at offset: Int) {
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  /// Appends `number` as LEB128: seven bits a byte, the lowest first, the high bit where more follow.
  package mutating func append(variable number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}

/// A digest of fixed width with its hexadecimal form.
enum Hexadecimal {
  /// `bytes` as lower-case digits.
  static func text(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The bytes that `text` spells; nil where it is no hexadecimal of `count` bytes.
  static func bytes(_ text: String, count: Int) -> [UInt8]? {
    let digits = text.utf8.map { UInt8(ascii: $0) }
    guard digits.count == 2 * count, !digits.contains(255) else { return nil }
    return (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}

extension UInt8 {
  /// The value of the hexadecimal digit `character`; 255 where it is none.
  fileprivate init(ascii character: UInt8) {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self = character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self = character - UInt8(ascii: "a") + 10
    default: self = 255
    }
  }
}
