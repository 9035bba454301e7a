import CTextKernels

/// Brings texts into the form in which they are compared.
///
/// Characters are lower-cased, punctuation is left out, then runs of white space become one space: in this order, so that
/// `"A - b"` and `"a b"` are the same text where all three are asked for.
///
/// - Complexity: one pass; characters of ASCII cost one look at a table.
struct TextNormalizer: Sendable {
  private let lowers: Bool
  private let joinsSpace: Bool
  private let dropsPunctuation: Bool

  init(_ parts: Set<TextNormalization>) {
    lowers = parts.contains(.case)
    joinsSpace = parts.contains(.space)
    dropsPunctuation = parts.contains(.punctuation)
  }

  /// Writes the normal form of `text`, valid UTF-8, to `output`, whose content is replaced.
  func normalize(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    output.removeAll(keepingCapacity: true)
    output.reserveCapacity(text.count)
    var isSpacePending = false
    var at = 0
    while at < text.count {
      let scalar = Self.scalar(of: text, at: &at)
      let flags = UInt32(cram_unicode_flags(scalar))
      if joinsSpace, flags & UInt32(CRAM_SPACE) != 0 {
        isSpacePending = !output.isEmpty
        continue
      }
      if dropsPunctuation, Self.isPunctuation(scalar, flags) { continue }
      if isSpacePending { output.append(0x20) }
      isSpacePending = false
      append(scalar, to: &output)
    }
  }

  private func append(_ scalar: UInt32, to output: inout [UInt8]) {
    guard lowers else { return Self.append(encoded: scalar, to: &output) }
    if scalar < 0x80 {
      let isUpper = (0x41...0x5A).contains(scalar)
      return output.append(UInt8(isUpper ? scalar | 0x20 : scalar))
    }
    if scalar == 0x3C2 { return Self.append(encoded: 0x3C3, to: &output) }
    let lower = cram_unicode_lower(scalar)
    guard let first = lower.first else { return Self.append(encoded: scalar, to: &output) }
    for place in 0..<Int(lower.count) { Self.append(encoded: first[place], to: &output) }
  }

  /// Category P: what BERT splits off is that, and the ASCII symbols.
  private static func isPunctuation(_ scalar: UInt32, _ flags: UInt32) -> Bool {
    flags & UInt32(CRAM_PUNCTUATION) != 0 && !(scalar < 0x80 && asciiSymbols.contains(scalar))
  }

  private static let asciiSymbols = "$+<=>^`|~".unicodeScalars.map(\.value)

  private static func scalar(of text: UnsafeRawBufferPointer, at place: inout Int) -> UInt32 {
    let first = UInt32(text[place])
    place += 1
    guard first >= 0x80 else { return first }
    let more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
    var scalar = first & (0x3F >> UInt32(more))
    for _ in 0..<more {
      scalar = scalar << 6 | UInt32(text[place] & 0x3F)
      place += 1
    }
    return scalar
  }

  private static func append(encoded scalar: UInt32, to output: inout [UInt8]) {
    if scalar < 0x80 { return output.append(UInt8(scalar)) }
    output.append(contentsOf: UTF8.encode(Unicode.Scalar(scalar)!)!)
  }
}
