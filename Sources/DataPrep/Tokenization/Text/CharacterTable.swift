import CTextKernels

/// What the reference encoder knows of a character, from tables made by asking it.
///
/// Answers never depend on the machine's own Unicode version; each costs two loads.
enum CharacterTable {
  static let end: UInt32 = 0x11_0000

  /// White space, which separates words everywhere.
  static func isSpace(_ scalar: UInt32) -> Bool { has(scalar, CRAM_SPACE) }
  /// `\w`: letters, marks, decimal digits, connectors such as `_`, joiners.
  static func isWord(_ scalar: UInt32) -> Bool { has(scalar, CRAM_WORD) }
  /// Punctuation as BERT's splitter sees it: every ASCII mark, and class P of Unicode 8.
  static func isPunctuation(_ scalar: UInt32) -> Bool { has(scalar, CRAM_PUNCTUATION) }
  /// What BERT's clean-up deletes.
  static func isControl(_ scalar: UInt32) -> Bool { has(scalar, CRAM_CONTROL) }
  /// The ideographs that BERT's normalizer sets between spaces.
  static func isChinese(_ scalar: UInt32) -> Bool { has(scalar, CRAM_CHINESE) }
  /// Decimal digits and other numbers, as the splitter Digits sees them.
  static func isNumeric(_ scalar: UInt32) -> Bool { has(scalar, CRAM_NUMERIC) }
  /// Combining marks that BERT's accent stripping deletes.
  static func isNonspacing(_ scalar: UInt32) -> Bool { has(scalar, CRAM_NONSPACING) }
  /// Combining marks that StripAccents deletes.
  static func isMark(_ scalar: UInt32) -> Bool { has(scalar, CRAM_MARK) }

  private static func has(_ scalar: UInt32, _ flag: Int) -> Bool {
    Int(cram_unicode_flags(scalar)) & flag != 0
  }

  /// The class that orders combining marks, 0 for every other character.
  static func combiningClass(_ scalar: UInt32) -> UInt8 { cram_unicode_combining_class(scalar) }

  /// What `scalar` becomes in lower case, nil where it stays.
  static func lowercase(_ scalar: UInt32) -> UnsafeBufferPointer<UInt32>? {
    replacement(cram_unicode_lower(scalar))
  }

  /// The character that `first` and `second` become when they meet, but for Hangul; nil where they stay two.
  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    let found = cram_unicode_composed(first, second)
    return found == 0 ? nil : found
  }

  /// The full canonical decomposition of anything but a Hangul syllable, nil where it stays.
  static func canonical(_ scalar: UInt32) -> UnsafeBufferPointer<UInt32>? {
    replacement(cram_unicode_nfd(scalar))
  }

  /// The full compatibility decomposition of anything but a Hangul syllable, nil where it stays.
  static func compatibility(_ scalar: UInt32) -> UnsafeBufferPointer<UInt32>? {
    replacement(cram_unicode_nfkd(scalar))
  }

  private static func replacement(
    _ found: cram_unicode_replacement
  ) -> UnsafeBufferPointer<UInt32>? {
    found.first.map { UnsafeBufferPointer(start: $0, count: Int(found.count)) }
  }
}
