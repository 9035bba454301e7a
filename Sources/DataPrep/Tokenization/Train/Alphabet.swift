/// The characters that get pieces of their own, and the symbols that words are made of at first.
struct Alphabet {
  /// By rising code point.
  let scalars: [UInt32]
  /// Those that also continue a word, by rising code point.
  let continuing: [UInt32]
  private let ranks: [UInt32: Int]
  private let continuingRanks: [UInt32: Int]

  /// - Parameter limit: keeps the most frequent characters, of equally frequent ones the smaller code points.
  init(_ words: CountedWords, limit: Int?) {
    var counts: [UInt32: Int64] = [:]
    var inside: Set<UInt32> = []
    words.forEach { word, times in
      for (place, one) in word.enumerated() {
        counts[one.scalar, default: 0] += times
        if place > 0 { inside.insert(one.scalar) }
      }
    }
    let byCount = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    scalars = byCount.prefix(limit ?? byCount.count).sorted()
    ranks = Self.ranks(scalars)
    continuing = scalars.filter(inside.contains)
    continuingRanks = Self.ranks(continuing)
  }

  private static func ranks(_ scalars: [UInt32]) -> [UInt32: Int] {
    Dictionary(uniqueKeysWithValues: zip(scalars, scalars.indices))
  }

  /// The pieces in the order of their ids: characters that begin words, then those that continue them.
  func pieces(prefix: String) -> [String] {
    scalars.map { String(Unicode.Scalar($0)!) }
      + continuing.map { prefix + String(Unicode.Scalar($0)!) }
  }

  /// The place of a character in `pieces`, nil where it is not in the alphabet.
  func rank(of scalar: UInt32, isFirst: Bool) -> Int? {
    isFirst ? ranks[scalar] : continuingRanks[scalar].map { scalars.count + $0 }
  }
}
