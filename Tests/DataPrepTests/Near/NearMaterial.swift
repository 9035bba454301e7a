import DataPrep
import RingProtocol
import TestSupport
import Testing

/// What a search over texts gave.
struct NearResult: Equatable {
  /// Dropped document, the one that stays, and their similarity.
  var findings: [Finding] = []
  var groups: UInt64 = 0
  var clusters: UInt64 = 0
  var largest: [[String]] = []

  var dropped: [Int] { findings.map { Ordinal.index(of: $0.ordinal) } }
}

/// Runs all steps over texts, as one block of documents.
func searchNear(
  _ texts: [String], _ scheme: NearScheme, parts: Int = 1, buckets: Int = 3,
  memory: Int = 64 << 20
) throws -> NearResult {
  try withTemporaryFolder { folder in
    let path = try writeLines(texts.map { "{\"text\": \($0.json)}" }, in: folder)
    let corpus = try Corpus(CorpusInputs(paths: [path]))
    let steps = NearSteps(scheme, folder: folder, parts: parts, buckets: buckets)
    for part in 0..<parts { try readPart(part, of: corpus, steps) }
    var result = NearResult()
    for bucket in 0..<buckets {
      result.groups += try steps.meet(bucket: bucket, memory: memory).groups
    }
    if scheme.threshold != nil {
      for part in 0..<parts { try readSets(part, of: corpus, steps) }
      try steps.verify(memory: memory, cancellation: nil)
    }
    let summary = try steps.findClusters(memory: memory, cancellation: nil) {
      result.findings.append($0)
    }
    result.findings.sort()
    result.clusters = summary.clusters
    result.largest = summary.largest.map { $0.samples.map(\.name) }
    #expect(Int(summary.dropped.documents) == result.findings.count)
    return result
  }
}

private func readPart(_ part: Int, of corpus: Corpus, _ steps: NearSteps) throws {
  let keys = try NearKeys(steps, part: part)
  try corpus.process(
    threads: 2, cancellation: nil, progress: nil, makeScratch: { keys.makeScratch() },
    work: { scratch, block in
      try keys.work(&scratch) { forEachItem(of: block, part, steps.parts, $0) }
    }, collect: { try keys.collect($0) })
  try keys.finish()
}

private func readSets(_ part: Int, of corpus: Corpus, _ steps: NearSteps) throws {
  let sets = try NearSets(steps, part: part)
  try corpus.process(
    threads: 2, cancellation: nil, progress: nil, makeScratch: { sets.makeScratch() },
    work: { scratch, block in
      sets.work(scratch) { forEachItem(of: block, part, steps.parts, $0) }
    }, collect: { try sets.collect($0) })
  try sets.finish()
}

private func forEachItem(
  of block: DocumentBlock, _ part: Int, _ parts: Int, _ body: (NearKeys.Item) -> Void
) {
  let count = block.documents.count
  for index in (count * part / parts)..<(count * (part + 1) / parts) {
    let document = block.documents[index]
    body(
      .init(
        ordinal: Ordinal.make(block: block.index, index: index), document: document,
        text: document.text))
  }
}

/// The obvious version of all of it.
struct ObviousNear {
  let texts: [String]
  let scheme: NearScheme
  private let sketcher: TextSketcher

  init(_ texts: [String], _ scheme: NearScheme) {
    (self.texts, self.scheme) = (texts, scheme)
    sketcher = TextSketcher(scheme)
  }

  func keys(_ text: String) -> [UInt64] { text.withBytes { sketcher.keys(of: $0) } }

  func set(_ text: String) -> Set<UInt64> { text.withBytes { Set(sketcher.set(of: $0)) } }

  /// The pairs that belong together.
  func pairs() -> [(Int, Int)] {
    var groups: [UInt64: [Int]] = [:]
    for (index, text) in texts.enumerated() {
      for key in Set(keys(text)) { groups[key, default: []].append(index) }
    }
    let sets = texts.map { set($0) }
    return groups.values.flatMap { group in
      group.indices.flatMap { place in
        group[(place + 1)...].map { (group[place], $0) }
      }
    }.filter { similarity(sets[$0.0], sets[$0.1]) >= scheme.threshold ?? 0 }
  }

  func findings() -> [Finding] {
    let sets = texts.map { set($0) }
    return connected(pairs(), count: texts.count).values.flatMap { members -> [Finding] in
      let keeper =
        scheme.keepsLongest
        ? members.max { (texts[$0].utf8.count, -$0) < (texts[$1].utf8.count, -$1) }! : members[0]
      return members.filter { $0 != keeper }.map {
        .drop(
          UInt64($0), keeper: UInt64(keeper),
          value: scheme.threshold == nil ? nil : similarity(sets[$0], sets[keeper]))
      }
    }.sorted()
  }

  private func similarity(_ a: Set<UInt64>, _ b: Set<UInt64>) -> Double {
    Double(a.intersection(b).count) / Double(a.union(b).count)
  }
}

/// The clusters of two and more that pairs make, by their first member; members rise.
func connected(_ pairs: [(Int, Int)], count: Int) -> [Int: [Int]] {
  var roots = Array(0..<count)
  for (a, b) in pairs where roots[a] != roots[b] {
    let (low, high) = (min(roots[a], roots[b]), max(roots[a], roots[b]))
    for place in roots.indices where roots[place] == high { roots[place] = low }
  }
  return Dictionary(grouping: 0..<count) { roots[$0] }.filter { $0.value.count > 1 }
}

/// Texts of which many are edited copies of others, with words from `vocabulary` of them.
func plantedTexts(
  _ count: Int, seed: UInt64, vocabulary: Int = 3000, words: ClosedRange<Int> = 0...150
)
  -> [String]
{
  var chance = SeededNumbers(seed)
  var texts: [[String]] = []
  for _ in 0..<count {
    var text: [String]
    if texts.count > 3, Int.random(in: 0..<2, using: &chance) == 0 {
      text = texts.randomElement(using: &chance)!
      for _ in 0..<Int.random(in: 0...4, using: &chance) where !text.isEmpty {
        text[Int.random(in: 0..<text.count, using: &chance)] =
          "w\(Int.random(in: 0..<vocabulary, using: &chance))"
      }
    } else {
      text = (0..<Int.random(in: words, using: &chance)).map { _ in
        "w\(Int.random(in: 0..<vocabulary, using: &chance))"
      }
    }
    texts.append(text)
  }
  return texts.map { $0.joined(separator: [" ", ", ", "\n"].randomElement(using: &chance)!) }
}

extension String {
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    var copy = self
    return try copy.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
  }
}
