import CTextKernels

/// The phrases for which lines and documents go, in letters of either case.
struct LinePhrases {
  static let loremIpsum: [StaticString] = ["lorem ipsum"]
  static let javascript: [StaticString] = ["javascript"]
  static let policy: [StaticString] = [
    "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies",
    "use cookies",
  ]
  /// What each phrase holds one of.
  private static let signs: [StaticString] = [
    "javascript", "cookie", "lorem ipsum", "terms of use", "privacy policy",
  ]

  /// Whether one of all phrases may stand in a text; no says that none does.
  static func mayStand(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    contains(text, signs) || hasKelvin(text)
  }

  /// Whether one of `phrases` stands in `text` once that is in lower case.
  static func contains(_ text: UnsafeBufferPointer<UInt8>, _ phrases: [StaticString]) -> Bool {
    phrases.contains {
      cram_contains_folded(
        text.baseAddress, text.count, UnsafePointer(OpaquePointer($0.utf8Start)),
        $0.utf8CodeUnitCount)
    }
  }

  /// Whether U+212A stands in `text`: the only other character whose lower case is a letter of these phrases.
  static func hasKelvin(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    cram_contains(text.baseAddress, text.count, [0xE2, 0x84, 0xAA], 3)
  }

  /// `text` with the letter k in the place of each U+212A.
  static func withoutKelvin(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var (result, at): ([UInt8], Int) = ([], 0)
    while at < text.count {
      let isKelvin = text[at...].starts(with: [0xE2, 0x84, 0xAA])
      result.append(isKelvin ? UInt8(ascii: "k") : text[at])
      at += isKelvin ? 3 : 1
    }
    return result
  }
}
