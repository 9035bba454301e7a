/// Reads numbers and texts from bytes that may be anything: what does not fit is nil, never a fault of memory.
package struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var offset = 0

  package init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// Whether all was read.
  package var isAtEnd: Bool { offset == bytes.count }

  /// The next number in LEB128.
  package mutating func variable() -> UInt64? {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count, shift < 64 {
      let byte = bytes[offset]
      offset += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return number }
      shift += 7
    }
    return nil
  }

  /// The next number in LEB128, where it is not above `limit`.
  mutating func variable(upTo limit: Int) -> Int? {
    guard let number = variable(), number <= UInt64(limit) else { return nil }
    return Int(number)
  }

  /// So many numbers in LEB128.
  mutating func variables(_ count: Int) -> [UInt64]? {
    guard count <= bytes.count - offset else { return nil }
    var numbers: [UInt64] = []
    numbers.reserveCapacity(count)
    for _ in 0..<count {
      guard let number = variable() else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The next `count` bytes.
  package mutating func part(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= bytes.count - offset else { return nil }
    defer { offset += count }
    return bytes.part(offset..<offset + count)
  }

  /// A text of so many bytes, with its length before it.
  package mutating func text() -> String? {
    guard let count = variable(upTo: bytes.count), let part = part(count) else { return nil }
    return String(decoding: part, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends the UTF-8 of `text` with its length before it.
  package mutating func append(text: String) {
    append(variable: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }
}
