/// Letters and marks put together again: e and an accent become é (NFC, and NFKC after compatibility decomposition).
///
/// The Unicode Standard, 3.11: a mark joins the last letter before it, unless a mark of its own or a higher class stands between.
enum Composition {
  private static let syllables: UInt32 = 0xAC00
  private static let syllableCount: UInt32 = 11172
  private static let trailing: UInt32 = 28

  /// Appends the composed `text`, which is decomposed and in canonical order, to `result`.
  static func apply(
    to text: UnsafeBufferPointer<TracedScalar>, into result: inout [TracedScalar]
  ) {
    var letter: Int?
    // The class of what stands last behind the letter; below all classes when nothing does.
    var lastClass = -1
    for one in text {
      if one.scalar < 0x80 {
        (letter, lastClass) = (result.count, -1)
        result.append(one)
        continue
      }
      let combiningClass = Int(CharacterTable.combiningClass(one.scalar))
      if let letter, lastClass < combiningClass,
        let joined = joined(result[letter].scalar, one.scalar)
      {
        result[letter] = TracedScalar(
          scalar: joined, start: min(result[letter].start, one.start),
          end: max(result[letter].end, one.end))
        continue
      }
      if combiningClass == 0 {
        (letter, lastClass) = (result.count, -1)
      } else {
        lastClass = combiningClass
      }
      result.append(one)
    }
  }

  private static func joined(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (0x1100..<0x1113).contains(first), (0x1161..<0x1176).contains(second) {
      return syllables + ((first - 0x1100) * 21 + second - 0x1161) * trailing
    }
    if first >= syllables, first < syllables + syllableCount, (first - syllables) % trailing == 0,
      (0x11A8..<0x11C3).contains(second)
    {
      return first + second - 0x11A7
    }
    return CharacterTable.composed(first, second)
  }
}
