import CTextKernels

/// Chunks that are split by list: contractions, abbreviations, times of day, emoticons.
final class SpecialCases: Sendable {
  /// From a case's text to its place in `wordEnds`.
  nonisolated(unsafe) private let places: KeyTable
  /// For each case where its words end, in bytes.
  private let wordEnds: [[Int]]
  /// The texts.
  let texts: [[UInt8]]
  /// No case is longer, in bytes.
  let longest: Int

  /// The list of spaCy's English tokenizer.
  static let english = SpecialCases()

  private init() {
    let places = KeyTable()
    var (texts, ends): ([[UInt8]], [[Int]]) = ([], [])
    for number in 0..<cram_splitter_special_case_count {
      let words = String(cString: cram_splitter_case(number)).split(separator: " ")
      let text = Array(words.joined().utf8)
      text.withUnsafeBufferPointer { places.set(ByteKey($0), UInt32(number)) }
      texts.append(text)
      ends.append(words.reduce(into: []) { $0.append(($0.last ?? 0) + $1.utf8.count) })
    }
    (self.texts, self.places, wordEnds) = (texts, places, ends)
    longest = texts.map(\.count).max() ?? 0
  }

  /// Where the words of `text` end where it is one of the cases.
  @inline(__always)
  func wordEnds(of text: UnsafeBufferPointer<UInt8>) -> [Int]? {
    guard text.count <= longest, let place = places.value(of: ByteKey(text)) else { return nil }
    return wordEnds[Int(place)]
  }

  /// Units of measure and currencies.
  static func units() -> KeyTable {
    let table = KeyTable()
    for number in 0..<cram_splitter_unit_count {
      Array(String(cString: cram_splitter_unit(number)).utf8).withUnsafeBufferPointer {
        table.set(ByteKey($0), 1)
      }
    }
    return table
  }
}
