import CTextKernels

/// Chunks that are split by list: contractions, abbreviations, times of day, emoticons.
final class SpecialCases: Sendable {
  /// From a case's text to its place in `wordEnds`.
  nonisolated(unsafe) private let places: KeyTable
  /// A bit for each pair of a first and a last byte that a case has.
  nonisolated(unsafe) private let ends: UnsafeMutablePointer<UInt64>
  /// For each first byte a bit for each length in bytes.
  nonisolated(unsafe) private let lengths: UnsafeMutablePointer<UInt64>
  /// For each case where its words end, in bytes.
  private let wordEnds: [[Int]]
  /// The texts.
  let texts: [[UInt8]]
  /// No case is longer, in bytes.
  let longest: Int

  /// The list of spaCy's English tokenizer.
  static let english = SpecialCases()

  deinit {
    ends.deallocate()
    lengths.deallocate()
  }

  private init() {
    let places = KeyTable()
    let pairs = UnsafeMutablePointer<UInt64>.allocate(capacity: 1024)
    pairs.initialize(repeating: 0, count: 1024)
    let lengths = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
    lengths.initialize(repeating: 0, count: 256)
    var (texts, ends): ([[UInt8]], [[Int]]) = ([], [])
    for number in 0..<cram_splitter_special_case_count {
      let words = String(cString: cram_splitter_case(number)).split(separator: " ")
      let text = Array(words.joined().utf8)
      text.withUnsafeBufferPointer { places.set(ByteKey($0), UInt32(number)) }
      pairs[Int(text[0]) << 2 | Int(text.last!) >> 6] |= 1 << UInt64(text.last! & 63)
      lengths[Int(text[0])] |= 1 << UInt64(text.count)
      texts.append(text)
      ends.append(words.reduce(into: []) { $0.append(($0.last ?? 0) + $1.utf8.count) })
    }
    (self.texts, self.places, wordEnds) = (texts, places, ends)
    (self.ends, self.lengths) = (pairs, lengths)
    longest = texts.map(\.count).max() ?? 0
    precondition(longest < 64, "a special case of \(longest) bytes")
  }

  /// Whether a text of such a first and last byte may be one of the cases.
  @inline(__always)
  func mayBe(first: UInt8, last: UInt8, count: Int) -> Bool {
    count <= longest && lengths[Int(first)] &>> UInt64(truncatingIfNeeded: count) & 1 != 0
      && ends[Int(first) << 2 | Int(last) >> 6] &>> UInt64(last & 63) & 1 != 0
  }

  /// The number of a case.
  @inline(__always)
  func place(of text: ByteKey) -> UInt32? { places.value(of: text) }

  /// Where the words of a case end.
  func wordEnds(at place: UInt32) -> [Int] { wordEnds[Int(place)] }

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
