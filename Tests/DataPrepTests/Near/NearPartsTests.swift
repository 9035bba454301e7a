import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// The pieces of the search against their obvious versions.
@Suite struct NearPartsTests {
  // MARK: Clusters

  private func members(_ pairs: [DocumentPair], memory: Int) throws -> [ClusterMember] {
    try withTemporaryFolder { folder in
      var members: [ClusterMember] = []
      try ConnectedDocuments(memory: memory, folder: folder).forEachMember(
        pairs: { try pairs.forEach($0) }, { members.append($0) })
      return members
    }
  }

  /// Chains, stars, random graphs, over blocks with gaps between them.
  private func graph(_ kind: Int, _ count: Int, _ chance: inout SeededNumbers) -> [(Int, Int)] {
    switch kind {
    case 0: return (1..<count).map { ($0 - 1, $0) }.shuffled(using: &chance)
    case 1: return (0..<count - 1).map { ($0, count - 1) }
    case 2: return []
    default:
      return (0..<count * kind / 6).map { _ in
        (Int.random(in: 0..<count, using: &chance), Int.random(in: 0..<count, using: &chance))
      }.filter { $0.0 != $0.1 }
    }
  }

  @Test(arguments: 0..<8)
  func `clusters are the same in memory and on disk`(kind: Int) throws {
    var chance = SeededNumbers(UInt64(kind))
    for count in [2, 30, 400] {
      let numbers = (0..<count).map { Ordinal.make(block: $0 % 7 * 3, index: $0 / 7) }.sorted()
      let pairs = graph(kind, count, &chance)
      let expected = connected(pairs, count: count).flatMap { root, members in
        members.map { ClusterMember(ordinal: numbers[$0], root: numbers[root]) }
      }.sorted()
      let documents = pairs.map { DocumentPair(numbers[$0.0], numbers[$0.1]) }
      #expect(try members(documents, memory: 1 << 20) == expected)
      #expect(try members(documents, memory: 0) == expected)
    }
  }

  // MARK: Words

  private static let kernels = TextSketcher.Kernels.allCases

  private func hard(_ chance: inout SeededNumbers) -> String {
    let pieces = [
      "word", "WORD", "Été", "ΟΔΟΣ", "Σ", "İstanbul", "ǅ", "a_b", "x2", "½", "٣", "漢字", "한글",
      "e\u{301}",
      " ", ".", "'", "\u{2019}", "\u{200B}", "😀", "\n", String(repeating: "y", count: 40),
      String(repeating: "Long", count: 3000), String(repeating: "界", count: 5000),
      String(repeating: ".", count: 9000),
    ]
    return (0..<Int.random(in: 0...60, using: &chance)).map { _ in
      pieces[
        Int.random(
          in: 0..<(chance.next() % 40 == 0 ? pieces.count : pieces.count - 3), using: &chance)]
    }.joined()
  }

  @Test func `all kernels give the same`() throws {
    var chance = SeededNumbers(3)
    for round in 0..<300 {
      var scheme = NearScheme()
      scheme.shingle = round % 2 == 0 ? .word : .character
      scheme.ngram = round % 7 + 1
      let text = hard(&chance)
      let results = Self.kernels.compactMap { TextSketcher(scheme, kernels: $0) }.map { sketcher in
        text.withBytes {
          (sketcher.keys(of: $0), sketcher.signature(of: $0), Array(sketcher.set(of: $0)))
        }
      }
      #expect(results.count >= 2)
      for result in results {
        #expect(result == results[0])
      }
    }
  }

  /// Words, and what of them is one shingle of one word: its hash stands for the word.
  private func wordHashes(_ text: String) -> Set<UInt64> {
    var scheme = NearScheme()
    scheme.ngram = 1
    return text.withBytes { Set(TextSketcher(scheme).set(of: $0)) }
  }

  @Test(arguments: [
    ("One, two: THREE!", "one two three"), ("don't", "don t"),
    ("snake_case x2 3½", "snake_case x2 3½"),
    ("ΟΔΟΣ ΣΑΣ Σ A'Σ", "οδος σας σ a ς"), ("İx", "i x"), ("naïve naïve", "naïve"),
    ("e\u{301}a", "e a"),
    ("漢字かな 한글", "漢字かな 한글"), ("a\u{200B}b", "a b"), ("Ǆ ǅ ǆ", "ǆ"), ("\u{212A}elvin", "kelvin"),
    ("٣٤ Ⅷ", "٣٤ ⅷ"), ("x\u{0}y", "x y"), ("", ""), ("😀 —", ""),
  ])
  func `words are those of a regular expression over lower case`(text: String, words: String) {
    let single = words.split(separator: " ").map(String.init)
    let expected = single.reduce(into: Set<UInt64>()) { $0.formUnion(wordHashes($1)) }
    #expect(expected.count == Set(single).count)
    #expect(wordHashes(text) == expected)
  }

  @Test func `a word has one hash wherever it is cut`() {
    // Around the sizes at which words are hashed in blocks and texts are read in pieces.
    for size in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 8175, 8191, 8192, 8193, 8207, 16384, 20001] {
      let word = String((0..<size).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
      let alone = wordHashes(word)
      #expect(alone.count == 1)
      for before in [0, 1, 100, 8000, 8191, 8192] {
        let text = String(repeating: ".", count: before) + word + " tail"
        #expect(wordHashes(text) == alone.union(wordHashes("tail")))
      }
      #expect(wordHashes(word + "z").isDisjoint(with: alone))
    }
  }

  // MARK: Signatures

  @Test func `a signature depends on the set of shingles alone`() {
    var scheme = NearScheme()
    scheme.ngram = 1
    for (bands, rows) in [(14, 8), (1, 1), (100, 30)] {
      (scheme.bands, scheme.rows) = (bands, rows)
      let sketcher = TextSketcher(scheme)
      for count in [1, 2, 30, 113, 700] {
        let words = (0..<count).map { "w\($0)" }
        let once = words.joined(separator: " ").withBytes { sketcher.signature(of: $0) }
        var chance = SeededNumbers(UInt64(count))
        // More often than what is kept of a text for later rounds.
        let copies = 20_000 / count
        let often = (words + (0..<copies).flatMap { _ in words.shuffled(using: &chance) })
          .joined(separator: "; ")
        #expect(often.withBytes { sketcher.signature(of: $0) } == once)
        #expect(!once.contains(UInt32.max))
      }
    }
  }

  @Test(arguments: [1, 2, 5, 20, 60, 120, 500])
  func `places agree as often as the sets are similar, short texts included`(shared: Int) {
    var scheme = NearScheme()
    scheme.ngram = 1
    for own in [1, shared / 3 + 1, shared] {
      let similarity = Double(shared) / Double(shared + 2 * own)
      var agreements = 0
      let rounds = 300
      for round in 0..<rounds {
        scheme.seed = UInt64(round)
        let sketcher = TextSketcher(scheme)
        let signatures = ["a", "b"].map { side in
          ((0..<shared).map { "s\($0)" } + (0..<own).map { "\(side)\($0)" })
            .joined(separator: " ").withBytes { sketcher.signature(of: $0) }
        }
        agreements += zip(signatures[0], signatures[1]).count { $0 == $1 }
      }
      let share = Double(agreements) / Double(rounds * 112)
      // Places of one signature are not independent where sets are small: four deviations of the rounds alone.
      let deviation = (similarity * (1 - similarity) / Double(rounds)).squareRoot()
      #expect(abs(share - similarity) < 4 * deviation, "\(shared) shared, \(own) own")
    }
  }

  /// Two texts of which `shared` words are in both, and so many in one of them alone.
  private func planted(_ shared: Int, _ own: Int, _ round: Int) -> [String] {
    ["a", "b"].map { side in
      ((0..<shared).map { "s\(round)_\($0)" } + (0..<own).map { "\(side)\(round)_\($0)" })
        .joined(separator: " ")
    }
  }

  @Test(arguments: [(14, 8), (9, 13), (20, 5), (450, 20)])
  func `planted pairs meet with the chance that their similarity gives`(bands: Int, rows: Int) {
    var scheme = NearScheme()
    (scheme.ngram, scheme.bands, scheme.rows) = (1, bands, rows)
    let sketcher = TextSketcher(scheme)
    let rounds = bands < 100 ? 600 : 150
    for (shared, own) in [(40, 20), (140, 30), (20, 3), (160, 20), (90, 5), (200, 1), (3, 0)] {
      let meetings = (0..<rounds).count { round in
        let keys = planted(shared, own, round).map { $0.withBytes { sketcher.keys(of: $0) } }
        return zip(keys[0], keys[1]).contains { $0 == $1 }
      }
      let similarity = Double(shared) / Double(shared + 2 * own)
      let chance = 1 - pow(1 - pow(similarity, Double(rows)), Double(bands))
      let deviation = (chance * (1 - chance) / Double(rounds)).squareRoot()
      let share = Double(meetings) / Double(rounds)
      // Places of small sets depend a little on each other, for permutations less than for bins.
      #expect(abs(share - chance) <= 4 * deviation + 0.03, "\(shared) shared, \(own) own")
    }
  }
}
