import DataPrep
import RingProtocol
import TestSupport
import Testing

/// The words and sentences that the quality rules count.
@Suite struct WordTests {
  @Test func `words and sentences are those of the reference`() throws {
    let rows = try GoldenFilters.rows("words")
    let texts = rows.map { $0["text"]?.string ?? "" }
    // Twice, so that the second time every chunk is known; and in the other order.
    let found = try listWords(texts + texts.reversed())
    for (place, row) in (rows + rows.reversed()).enumerated() {
      #expect(found[place].words == row["words"]?.array?.compactMap(\.string), "\(row)")
      #expect(found[place].sentences == row["sentences"]?.array?.compactMap(\.int), "\(row)")
    }
  }

  @Test func `words end to end are the text without white space`() throws {
    var chance = SeededNumbers(11)
    let scalars = (0..<3000).map { _ -> Character in
      let plane = [0x80, 0x250, 0x3000, 0x11_0000].randomElement(using: &chance)!
      return Character(Unicode.Scalar(UInt32.random(in: 0..<UInt32(plane), using: &chance)) ?? " ")
    }
    let texts = (0..<200).map { _ in
      String((0..<60).map { _ in scalars.randomElement(using: &chance)! })
    }
    for (text, found) in zip(texts, try listWords(texts)) {
      let solid = text.unicodeScalars.filter { !$0.isPythonSpace }
      #expect(found.words.joined().unicodeScalars.elementsEqual(solid))
    }
  }

  @Test func `more chunks than are remembered have the same words`() throws {
    // 600,000 different chunks of one to four words, some of them again and again.
    let marks = ["", ",", ").", ".\"]"]
    let texts = (0..<6).map { part in
      (0..<100_000).map { number in
        number % 10 == 0 ? "the" : String(part * 100_000 + number, radix: 36) + marks[number % 4]
      }.joined(separator: " ")
    }
    let found = try listWords(texts, threads: 2)
    for (text, found) in zip(texts, found) {
      #expect(found.words.joined() == text.filter { $0 != " " })
      #expect(found.words.count { $0 == "the" } >= 10_000)
    }
    // The last text alone, where nothing had to go.
    #expect(try listWords([texts[5]])[0].words == found[5].words)
  }

  @Test func `long chunks and long texts have an end`() throws {
    let texts = [
      String(repeating: "a", count: 100_000), String(repeating: ":", count: 3000),
      String(repeating: ".", count: 3000), String(repeating: "x@", count: 3000) + "y.com",
      String(repeating: "中。", count: 2000), String(repeating: " \n", count: 3000),
    ]
    let counts = try listWords(texts).map(\.words.count)
    #expect(counts == [1, 3000, 1, 1, 2, 0])
  }
}

extension Unicode.Scalar {
  /// What Python's `str.isspace` says.
  fileprivate var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }
}
