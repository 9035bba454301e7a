import DataPrep
import RingProtocol

/// Two documents and how alike they are.
struct Pair {
  let first: Int
  let second: Int
  let similarity: Double
  /// Shingles of the smaller one.
  let smaller: Int
}

/// The first documents of a corpus, all in memory.
final class Documents {
  let texts: [[UInt8]]
  /// The shingles of each one, rising.
  let sets: [[UInt64]]
  /// Those that are alike to any other.
  private var inPairs: [Int] = []

  init(of path: String, limit: Int, _ scheme: NearScheme) throws {
    var texts: [[UInt8]] = []
    try Corpus(CorpusInputs(paths: [path])).process(
      threads: 1, cancellation: nil, progress: nil, makeScratch: {},
      work: { _, block in block.documents.map { Array($0.text) } },
      collect: { texts += $0.prefix(limit - texts.count) })
    self.texts = texts
    let sketcher = TextSketcher(scheme)
    sets = texts.map { text in text.withUnsafeBytes { sketcher.set(of: $0) } }
  }

  private struct Occurrence: ExchangeRecord {
    let shingle: UInt64
    let document: UInt64

    var bucketKey: UInt64 { shingle }

    static func < (left: Occurrence, right: Occurrence) -> Bool {
      left.shingle != right.shingle
        ? left.shingle < right.shingle : left.document < right.document
    }
  }

  /// All pairs of at least this similarity: counted from who shares each shingle.
  func pairs(from least: Double) -> [Pair] {
    var occurrences = sets.enumerated().flatMap { document, set in
      set.map { Occurrence(shingle: $0, document: UInt64(document)) }
    }
    occurrences.sort()
    var common: [UInt64: UInt32] = [:]
    var start = 0
    while start < occurrences.count {
      let shingle = occurrences[start].shingle
      var end = start + 1
      while end < occurrences.count, occurrences[end].shingle == shingle { end += 1 }
      for one in start..<end {
        for other in (one + 1)..<max(one + 1, end) {
          common[occurrences[one].document << 32 | occurrences[other].document, default: 0] += 1
        }
      }
      start = end
    }
    let found = common.sorted { $0.key < $1.key }.compactMap { key, count -> Pair? in
      let (first, second) = (Int(key >> 32), Int(key & 0xFFFF_FFFF))
      let all = sets[first].count + sets[second].count - Int(count)
      let similarity = Double(count) / Double(all)
      guard similarity >= least else { return nil }
      return Pair(
        first: first, second: second, similarity: similarity,
        smaller: min(sets[first].count, sets[second].count))
    }
    inPairs = Set(found.flatMap { [$0.first, $0.second] }).sorted()
    return found
  }

  /// The signatures that `cram dedup --near` takes.
  func signatures(_ scheme: NearScheme, seed: UInt64) -> [Int: [UInt32]] {
    var scheme = scheme
    scheme.seed = seed
    let sketcher = TextSketcher(scheme)
    return forEachInPairs { document in
      self.texts[document].withUnsafeBytes { sketcher.signature(of: $0) }
    }
  }

  /// The classical ones: for each of `count` permutations the least value of all shingles.
  func permutations(_ count: Int, seed: UInt64) -> [Int: [UInt32]] {
    let keys = (0..<UInt64(count)).map { Self.mix($0 &+ seed &* 0x1_0000, 0x9E37_79B9_7F4A_7C15) }
    return forEachInPairs { document in
      var least = [UInt64](repeating: .max, count: count)
      for shingle in self.sets[document] {
        for place in 0..<count { least[place] = min(least[place], Self.mix(shingle, keys[place])) }
      }
      return least.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    }
  }

  private func forEachInPairs(_ body: (Int) -> [UInt32]) -> [Int: [UInt32]] {
    var all: [Int: [UInt32]] = [:]
    for document in inPairs { all[document] = body(document) }
    return all
  }

  private static func mix(_ value: UInt64, _ key: UInt64) -> UInt64 {
    var x = value ^ key
    x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
    return x ^ x >> 31
  }
}
