import CTextKernels

/// The inside of a JSON string read one byte after the other: what the kernels have to give.
struct StringJudge {
  /// Where the walk ended, from the string's beginning, and why.
  private(set) var end = 0
  private(set) var verdict = CRAM_STRING_ENDS_EARLY
  private(set) var hasEscapes = false
  private(set) var hasLoneSurrogate = false
  /// The code points of what was passed, a lone surrogate as U+FFFD; bytes above 0x7F as they are.
  private(set) var plain: [UInt8] = []

  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    while end < bytes.count, pass() {}
  }

  /// Passes one byte or escape; false where the walk ends.
  private mutating func pass() -> Bool {
    switch bytes[end] {
    case UInt8(ascii: "\""): verdict = CRAM_STRING_CLOSED
    case ..<0x20: verdict = CRAM_STRING_CONTROL_CHARACTER
    case UInt8(ascii: "\\"): return passEscape()
    default:
      plain.append(bytes[end])
      end += 1
      return true
    }
    return false
  }

  private mutating func passEscape() -> Bool {
    hasEscapes = true
    guard end + 1 < bytes.count else {
      end = bytes.count
      return false
    }
    let letters: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D,
      0x74: 0x09,
    ]
    if let byte = letters[bytes[end + 1]] {
      plain.append(byte)
      end += 2
      return true
    }
    guard let unit = unit(at: end) else {
      verdict = CRAM_STRING_BAD_ESCAPE
      return false
    }
    passUnit(unit)
    return true
  }

  private mutating func passUnit(_ unit: UInt16) {
    let pair = [unit, self.unit(at: end + 6) ?? 0]
    let isPair = UTF16.isLeadSurrogate(pair[0]) && UTF16.isTrailSurrogate(pair[1])
    if !isPair, UTF16.isSurrogate(pair[0]) { hasLoneSurrogate = true }
    plain += String(decoding: isPair ? pair : [unit], as: UTF16.self).utf8
    end += isPair ? 12 : 6
  }

  private func unit(at place: Int) -> UInt16? {
    guard place + 6 <= bytes.count, bytes[place...].starts(with: Array("\\u".utf8)) else {
      return nil
    }
    let digits = bytes[(place + 2)..<(place + 6)]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// Valid UTF-8 as the inside of a string.
  static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    let short: [UInt8: Character] = [
      0x22: "\"", 0x5C: "\\", 0x08: "b", 0x0C: "f", 0x0A: "n", 0x0D: "r", 0x09: "t",
    ]
    return bytes.flatMap { byte -> [UInt8] in
      if let letter = short[byte] { return Array("\\\(letter)".utf8) }
      guard byte < 0x20 else { return [byte] }
      let hex = String(byte, radix: 16)
      return Array(("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8)
    }
  }
}
