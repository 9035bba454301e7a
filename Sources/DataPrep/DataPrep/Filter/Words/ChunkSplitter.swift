/// Splits chunks of text, the runs without white space, into words: the obvious way, character by character.
///
/// The words are those of spaCy's blank English tokenizer (3.8, `spacy.blank("en")`) on the chunk alone: affixes are peeled
/// off, special cases and addresses stay, what is left is parted by infixes. Words end to end are the chunk.
final class ChunkSplitter {
  /// Where each word of the last chunk ends, in its bytes.
  let wordEnds = GrowingList<Int>()
  /// The characters of the last chunk.
  let characters = ChunkCharacters()

  private let cases = SpecialCases.english
  private let units = SpecialCases.units()
  private let suffixes = GrowingList<Int>()

  /// Splits `chunk`, and leaves its words in `wordEnds`.
  ///
  /// - Parameter withCases: whether special cases are looked up.
  func split(_ chunk: UnsafeBufferPointer<UInt8>, withCases: Bool = true) {
    wordEnds.removeAll()
    suffixes.removeAll()
    characters.load(chunk)
    var (low, high) = (0, characters.count)
    if characters.isPlain, !isCase(low, high, withCases) { return endWord(high) }
    peel(&low, &high, withCases)
    if low < high { splitInside(low, high, withCases) }
    while let end = suffixes.popLast() { endWord(end) }
  }

  /// Whether a part is peeled off `chunk` at all, or found inside.
  func hasAffixOrInfix(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    characters.load(chunk)
    let count = characters.count
    return characters.prefixLength(0, count) > 0
      || characters.suffixLength(0, count, units: units) > 0
      || (0..<count).contains { characters.infixLength(at: $0, 0, count) > 0 }
  }

  /// Where the words of the special case between two bytes of the chunk end, from its start; nil where it is none.
  func caseEnds(_ start: Int, _ end: Int) -> [Int]? {
    place(start, end).map { cases.wordEnds(at: $0) }
  }

  @inline(__always)
  private func place(_ start: Int, _ end: Int) -> UInt32? {
    let bytes = characters.bytes
    guard cases.mayBe(first: bytes[start], last: bytes[end - 1], count: end - start) else {
      return nil
    }
    return cases.place(of: characters.key(start, end))
  }

  private func endWord(_ place: Int) { wordEnds.append(Int(characters.offsets[place])) }

  private func isCase(_ low: Int, _ high: Int, _ withCases: Bool) -> Bool {
    withCases && low < high
      && place(Int(characters.offsets[low]), Int(characters.offsets[high])) != nil
  }

  /// Takes prefixes and suffixes off until a special case or nothing to peel is left.
  private func peel(_ low: inout Int, _ high: inout Int, _ withCases: Bool) {
    while low < high, !isCase(low, high, withCases) {
      let before = high - low
      let prefix = characters.prefixLength(low, high)
      if prefix > 0, isCase(low + prefix, high, withCases) { return peelPrefix(prefix, &low) }
      let suffix = characters.suffixLength(low + prefix, high, units: units)
      if suffix > 0, isCase(low, high - suffix, withCases) { return peelSuffix(suffix, &high) }
      if prefix > 0 { peelPrefix(prefix, &low) }
      if suffix > 0 { peelSuffix(suffix, &high) }
      if high - low == before { return }
    }
  }

  private func peelPrefix(_ length: Int, _ low: inout Int) {
    low += length
    endWord(low)
  }

  private func peelSuffix(_ length: Int, _ high: inout Int) {
    suffixes.append(high)
    high -= length
  }

  private func splitInside(_ low: Int, _ high: Int, _ withCases: Bool) {
    let start = Int(characters.offsets[low])
    if withCases, let ends = caseEnds(start, Int(characters.offsets[high])) {
      for end in ends { wordEnds.append(start + end) }
    } else if characters.isAddress(low, high) {
      endWord(high)
    } else {
      splitAtInfixes(low, high)
    }
  }

  private func splitAtInfixes(_ low: Int, _ high: Int) {
    var (start, place) = (low, low)
    while place < high {
      let length = characters.infixLength(at: place, low, high)
      if length > 0, place > low {
        if place > start { endWord(place) }
        endWord(place + length)
        start = place + length
      }
      place += max(1, length)
    }
    if start < high { endWord(high) }
  }
}
