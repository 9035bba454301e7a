/// Splits chunks of text, the runs without white space, into words: the obvious way, character by character.
///
/// The words are those of spaCy's blank English tokenizer (3.8, `spacy.blank("en")`) on the chunk alone: affixes are peeled
/// off, special cases and addresses stay, what is left is parted by infixes. Words end to end are the chunk.
final class ChunkSplitter {
  /// Where each word of the last chunk ends, in its bytes.
  private(set) var wordEnds: [Int] = []
  /// The characters of the last chunk.
  let characters = ChunkCharacters()

  private let cases = SpecialCases.english
  private let units = SpecialCases.units()
  private var suffixes: [Int] = []

  /// Splits `chunk`, and leaves its words in `wordEnds`.
  ///
  /// - Parameter withCases: whether special cases are looked up.
  func split(_ chunk: UnsafeBufferPointer<UInt8>, withCases: Bool = true) {
    wordEnds.removeAll(keepingCapacity: true)
    suffixes.removeAll(keepingCapacity: true)
    characters.load(chunk)
    var (low, high) = (0, characters.count)
    peel(&low, &high, withCases)
    if low < high { splitInside(low, high, withCases) }
    for end in suffixes.reversed() { endWord(end) }
  }

  /// Whether a part is peeled off `chunk` at all, or found inside.
  func hasAffixOrInfix(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    characters.load(chunk)
    let count = characters.count
    return characters.prefixLength(0, count) > 0
      || characters.suffixLength(0, count, units: units) > 0
      || (0..<count).contains { characters.infixLength(at: $0, 0, count) > 0 }
  }

  private func endWord(_ place: Int) { wordEnds.append(Int(characters.offsets[place])) }

  private func isCase(_ low: Int, _ high: Int, _ withCases: Bool) -> Bool {
    withCases && low < high && cases.wordEnds(of: characters.slice(low, high)) != nil
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
    if withCases, let ends = cases.wordEnds(of: characters.slice(low, high)) {
      for end in ends { wordEnds.append(Int(characters.offsets[low]) + end) }
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
