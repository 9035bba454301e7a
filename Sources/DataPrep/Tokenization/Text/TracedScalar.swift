/// A character on its way through the encoder, with the bytes of the input that it comes from.
struct TracedScalar: Equatable {
  var scalar: UInt32
  /// Byte offset in the input where the source of this character begins.
  var start: UInt32
  /// Byte offset behind the source of this character.
  var end: UInt32

  /// Another character from the same source.
  func with(_ scalar: UInt32) -> TracedScalar {
    TracedScalar(scalar: scalar, start: start, end: end)
  }
}

extension Array where Element == TracedScalar {
  /// Appends the characters of `bytes`; each maximal ill-formed part becomes U+FFFD.
  ///
  /// - Returns: whether all are ASCII.
  mutating func append(utf8 bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var position = 0
    var allBits: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      allBits |= byte
      if byte < 0x80 {
        append(
          TracedScalar(
            scalar: UInt32(byte), start: UInt32(position), end: UInt32(position + 1)))
        position += 1
      } else {
        let (scalar, length) = decodeScalar(bytes, at: position)
        append(
          TracedScalar(
            scalar: scalar, start: UInt32(position), end: UInt32(position + length)))
        position += length
      }
    }
    return allBits < 0x80
  }

  /// The characters of `text`, traced to its UTF-8.
  static func tracing(_ text: String) -> [TracedScalar] {
    var result: [TracedScalar] = []
    var text = text
    text.withUTF8 { _ = result.append(utf8: $0) }
    return result
  }

  /// The characters alone, as a string.
  var text: String {
    var bytes: [UInt8] = []
    for traced in self { bytes.append(contentsOf: UTF8.encode(Unicode.Scalar(traced.scalar)!)!) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// One character that does not begin with an ASCII byte, and its length; U+FFFD for a maximal ill-formed part.
private func decodeScalar(
  _ bytes: UnsafeBufferPointer<UInt8>, at position: Int
) -> (scalar: UInt32, length: Int) {
  let lead = bytes[position]
  let (continuations, bits, second): (Int, UInt8, ClosedRange<UInt8>) =
    switch lead {
    case 0xC2...0xDF: (1, 0x1F, 0x80...0xBF)
    case 0xE0: (2, 0x0F, 0xA0...0xBF)
    case 0xED: (2, 0x0F, 0x80...0x9F)
    case 0xE1...0xEF: (2, 0x0F, 0x80...0xBF)
    case 0xF0: (3, 0x07, 0x90...0xBF)
    case 0xF4: (3, 0x07, 0x80...0x8F)
    case 0xF1...0xF3: (3, 0x07, 0x80...0xBF)
    default: (0, 0, 0...0)
    }
  guard continuations > 0 else { return (0xFFFD, 1) }
  var scalar = UInt32(lead & bits)
  for offset in 1...continuations {
    guard position + offset < bytes.count else { return (0xFFFD, offset) }
    let byte = bytes[position + offset]
    guard offset == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else { return (0xFFFD, offset) }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
  }
  return (scalar, continuations + 1)
}
