import DataPrep
import Glibc
import RingProtocol

/// How often the signatures of `cram dedup --near` find pairs of each true similarity, beside those of 112 permutations.
///
/// usage: study-near CORPUS [SEEDS [DOCUMENTS]]
///
/// Takes the Jaccard similarity of all pairs of the first so many documents (6,000), draws both kinds of signatures with several
/// seeds (24), and prints tables of the share of pairs that meet in a band; 14 bands of 8 rows over 5-grams of words. Status 1 where ours find fewer of the similar
/// pairs, or of what they find fewer pairs are similar, than those of permutations do, by more than the noise of the seeds.
@main struct StudyNear {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    let figures =
      arguments.dropFirst().map { Int($0) ?? 0 }
      + [24, 6000].dropFirst(max(0, arguments.count - 1))
    guard let corpus = arguments.first, figures.count == 2, figures.allSatisfy({ $0 > 0 }) else {
      print("usage: study-near CORPUS [SEEDS [DOCUMENTS]]")
      exit(2)
    }
    let (scheme, seeds) = (NearScheme(), figures[0])
    let documents = try Documents(of: corpus, limit: figures[1], scheme)
    let pairs = documents.pairs(from: 0.2)
    print("\(documents.sets.count) documents, \(pairs.count) pairs of similarity 0.2 or more")
    let ours = Trial(pairs, seeds: seeds, bands: scheme.bands) { seed in
      documents.signatures(scheme, seed: seed)
    }
    let classical = Trial(pairs, seeds: seeds, bands: scheme.bands) { seed in
      documents.permutations(scheme.bands * scheme.rows, seed: seed)
    }
    var isGood = true
    for range in SizeClass.allCases {
      isGood = Table(range, pairs, ours, classical, scheme).show() && isGood
    }
    exit(isGood ? 0 : 1)
  }
}

/// Pairs by the shingles of their smaller set.
enum SizeClass: CaseIterable {
  case all, below112, upTo1000, above1000

  var name: String {
    switch self {
    case .all: "all pairs"
    case .below112: "smaller set under 112 shingles"
    case .upTo1000: "112 to 1,000"
    case .above1000: "above 1,000"
    }
  }

  func contains(_ pair: Pair) -> Bool {
    switch self {
    case .all: true
    case .below112: pair.smaller < 112
    case .upTo1000: (112...1000).contains(pair.smaller)
    case .above1000: pair.smaller > 1000
    }
  }
}

/// Which pairs share a band, under each seed.
struct Trial {
  /// For each seed, for each pair.
  let found: [[Bool]]

  init(_ pairs: [Pair], seeds: Int, bands: Int, signatures: (UInt64) -> [Int: [UInt32]]) {
    found = (0..<UInt64(seeds)).map { seed in
      let all = signatures(seed)
      return pairs.map { pair in
        let (one, other) = (all[pair.first]!, all[pair.second]!)
        let rows = one.count / bands
        return (0..<bands).contains { band in
          let range = band * rows..<(band + 1) * rows
          return one[range] == other[range]
        }
      }
    }
  }

  /// Mean over the seeds of a figure of one draw, and the deviation of that mean.
  func mean(_ figure: ([Bool]) -> Double) -> (mean: Double, error: Double) {
    let values = found.map(figure)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, (variance / Double(values.count)).squareRoot())
  }
}

/// The shares of pairs found, by true similarity.
struct Table {
  private let range: SizeClass
  private let chosen: [Int]
  private let pairs: [Pair]
  private let ours: Trial
  private let classical: Trial
  private let scheme: NearScheme

  init(_ range: SizeClass, _ pairs: [Pair], _ ours: Trial, _ classical: Trial, _ scheme: NearScheme)
  {
    (self.range, self.pairs, self.ours, self.classical) = (range, pairs, ours, classical)
    self.scheme = scheme
    chosen = pairs.indices.filter { range.contains(pairs[$0]) }
  }

  /// Prints the table; false where ours is worse.
  func show() -> Bool {
    print("\n| \(range.name) | pairs | expected | permutations | ours |\n|---|---|---|---|---|")
    let edges = [0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2]
    for (low, high) in zip(edges, edges.dropFirst()) {
      let part = chosen.filter { pairs[$0].similarity >= low && pairs[$0].similarity < high }
      guard !part.isEmpty else { continue }
      let expected = part.reduce(0) { $0 + chance(pairs[$1].similarity) } / Double(part.count)
      let name = low == 1 ? "1" : "\(low) to \(high)"
      row(name, part.count, expected, Self.share(of: part))
    }
    let similar = chosen.filter { pairs[$0].similarity >= 0.8 }
    let recall = row("recall from 0.8 on", similar.count, nil, Self.share(of: similar))
    let precision = row("precision from 0.7 on", chosen.count, nil, precision)
    return recall && precision
  }

  private func chance(_ similarity: Double) -> Double {
    1 - pow(1 - pow(similarity, Double(scheme.rows)), Double(scheme.bands))
  }

  private static func share(of part: [Int]) -> ([Bool]) -> Double {
    { found in Double(part.count { found[$0] }) / Double(max(1, part.count)) }
  }

  /// Of the pairs that were found, the share that is similar.
  private func precision(_ found: [Bool]) -> Double {
    let all = chosen.filter { found[$0] }
    return Double(all.count { pairs[$0].similarity >= 0.7 }) / Double(max(1, all.count))
  }

  @discardableResult
  private func row(
    _ name: String, _ count: Int, _ expected: Double?, _ figure: ([Bool]) -> Double
  ) -> Bool {
    let (one, other) = (ours.mean(figure), classical.mean(figure))
    let expectation = expected.map(Self.text) ?? ""
    print(
      "| \(name) | \(count) | \(expectation) | \(Self.text(other.mean)) | \(Self.text(one.mean)) |")
    let noise = (one.error * one.error + other.error * other.error).squareRoot()
    return one.mean >= other.mean - 3 * noise - 0.001
  }

  private static func text(_ share: Double) -> String {
    let thousandths = Int((share * 1000).rounded())
    let digits = String(1000 + thousandths % 1000).dropFirst()
    return "\(thousandths / 1000).\(digits)"
  }
}
