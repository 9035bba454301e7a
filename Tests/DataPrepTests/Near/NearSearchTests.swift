import DataPrep
import RingProtocol
import TestSupport
import Testing

/// The search as a whole, against the obvious version.
@Suite struct NearSearchTests {
  private static func scheme(
    _ threshold: Double? = nil, bands: Int = 14, rows: Int = 8, ngram: Int = 5,
    longest: Bool = false, seed: UInt64 = 0
  ) -> NearScheme {
    var scheme = NearScheme()
    (scheme.threshold, scheme.bands, scheme.rows) = (threshold, bands, rows)
    (scheme.ngram, scheme.keepsLongest, scheme.seed) = (ngram, longest, seed)
    return scheme
  }

  @Test(arguments: 0..<12)
  func `findings are those of brute force`(round: Int) throws {
    let texts = plantedTexts(150, seed: UInt64(round), words: 0...(round % 3 == 0 ? 12 : 150))
    let scheme = Self.scheme(
      [nil, 0.8, 0.5, 1][round % 4], bands: [14, 3, 20][round % 3], rows: [8, 2, 5][round % 3],
      ngram: [5, 1, 3][round / 2 % 3], longest: round % 5 == 2, seed: UInt64(round))
    let expected = ObviousNear(texts, scheme).findings()
    let found = try searchNear(texts, scheme)
    #expect(found.findings == expected)
    #expect(!expected.isEmpty)
  }

  /// Documents that share most of their words with one of three templates, and have some of their own.
  private static func templateTexts(_ count: Int, own: ClosedRange<Int>, seed: UInt64) -> [String] {
    var chance = SeededNumbers(seed)
    return (0..<count).map { number in
      var words = (0..<80).map { "t\(number % 3)-\($0)" }
      for place in 0..<Int.random(in: own, using: &chance) {
        words.insert("own\(number / 2 * 2)-\(place)", at: Int.random(in: 0..<80, using: &chance))
      }
      return words.joined(separator: " ")
    }
  }

  @Test(arguments: 0..<6)
  func `of large groups nothing is missed`(round: Int) throws {
    // One row: whoever shares anything to speak of meets, in groups of up to all.
    var scheme = Self.scheme([0.8, 0.9, 0.6][round % 3], bands: 8, rows: 1, ngram: round / 3 + 1)
    let texts = Self.templateTexts(200, own: 0...[9, 30][round % 2], seed: UInt64(round))
    let expected = ObviousNear(texts, scheme).findings()
    #expect(!expected.isEmpty)
    for memory in [64 << 20, 100_000, 10_000] {
      let found = try searchNear(texts, scheme, memory: memory)
      #expect(found.findings == expected, "\(memory) bytes of memory")
    }
    scheme.threshold = nil
    #expect(try searchNear(texts, scheme).dropped.count >= expected.count)
  }

  @Test(arguments: [nil, 0.7])
  func `parts, ranges of keys and memory change nothing`(threshold: Double?) throws {
    let texts = plantedTexts(300, seed: 7, words: 0...60)
    let scheme = Self.scheme(threshold, bands: 10, rows: 3)
    let whole = try searchNear(texts, scheme)
    #expect(whole.clusters > 10)
    for (parts, buckets, memory) in [(2, 1, 1000), (3, 5, 20_000), (5, 16, 1 << 20), (1, 2, 300)] {
      #expect(
        try searchNear(texts, scheme, parts: parts, buckets: buckets, memory: memory) == whole)
    }
  }

  @Test func `few words are one shingle, no words are like nothing`() throws {
    let long = (0..<200).map { "word\($0)" }.joined(separator: " ")
    let texts = [
      "One, two: THREE!", "one  two three", "one two three four", "!!! ???", "!!! ???", "...",
      long, long + " and", long + " or so",
    ]
    for threshold in [nil, 0.8] {
      #expect(try searchNear(texts, Self.scheme(threshold)).dropped == [1, 7, 8])
      #expect(
        try searchNear(texts, Self.scheme(threshold, longest: true)).dropped == [1, 6, 7])
    }
  }

  @Test func `the largest clusters are shown with samples`() throws {
    let texts = ["a b c", "x y", "a b c", "p q r", "x y", "a b c", "x, y!", "A b c", "alone"]
    let found = try searchNear(texts, Self.scheme())
    #expect(found.clusters == 2)
    #expect(
      found.largest == [
        ["in.jsonl:1", "in.jsonl:3", "in.jsonl:6"], ["in.jsonl:2", "in.jsonl:5", "in.jsonl:7"],
      ])
  }

  @Test func `characters make shingles too`() throws {
    let text = "The quick brown fox jumps over the lazy dog, and then some more of it."
    var scheme = Self.scheme()
    (scheme.shingle, scheme.ngram) = (.character, 8)
    let texts = [
      text, "the QUICK brown fox -- jumps over the lazy dog and then some more of it", "other",
    ]
    #expect(try searchNear(texts, scheme).dropped == [1])
    let obvious = ObviousNear(texts, scheme)
    let letters = "the quick brown fox jumps over the lazy dog and then some more of it"
    #expect(obvious.set(text).count == letters.count - 7)
  }
}
