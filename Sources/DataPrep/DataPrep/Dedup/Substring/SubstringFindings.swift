import RingProtocol

/// What becomes of a document because of repeated substrings.
package struct SubstringFinding: Equatable, Sendable {
  package var ordinal: UInt64
  /// The bytes of its text that are cut out, in rising order and apart from each other; they may cut characters through,
  /// which then go as a whole. Empty where the document goes.
  package var cuts: [Range<Int>]
  /// Why it goes, where it goes.
  package var drop: Drop?

  package struct Drop: Equatable, Sendable {
    /// The covered share of its bytes.
    package var share: Double
    /// The document that has most of what is covered, where a copy stays.
    package var keeper: UInt64?

    package init(share: Double, keeper: UInt64?) {
      (self.share, self.keeper) = (share, keeper)
    }
  }

  package init(ordinal: UInt64, cuts: [Range<Int>], drop: Drop?) {
    (self.ordinal, self.cuts, self.drop) = (ordinal, cuts, drop)
  }
}

/// Turns covered ranges into what becomes of documents.
///
/// Ranges come in rising order, so that one document is in hand at a time.
struct SubstringFindings {
  private let rule: SubstringRule
  /// The texts of the partition that the ranges lie in.
  private let texts: SpooledTexts
  /// The texts of all partitions, where the copies lie.
  private let all: [SpooledTexts]
  private var document: Int?
  private var ranges: [Range<Int>] = []
  /// Covered bytes by the document that has the earlier copy.
  private var sources: [UInt64: Int] = [:]

  init(_ rule: SubstringRule, partition: Int, of all: [SpooledTexts]) {
    (self.rule, self.texts, self.all) = (rule, all[partition], all)
  }

  /// Calls `body` for each document that changes, in reading order.
  mutating func collect(
    _ covered: SortedRecords<CoveredRange>, _ body: (SubstringFinding) throws -> Void
  ) throws {
    var last: CoveredRange?
    while let range = try covered.next() {
      if range == last { continue }
      last = range
      let (start, end) = (
        CorpusPosition.offset(range.start), CorpusPosition.offset(range.end)
      )
      if document.map({ texts.range(of: $0).upperBound <= start }) ?? true {
        try endDocument(body)
        document = texts.document(at: start)
      }
      add(start..<end, source: range.source)
    }
    try endDocument(body)
  }

  private mutating func add(_ range: Range<Int>, source: UInt64) {
    if source != CoveredRange.noSource {
      let partition = all[CorpusPosition.partition(source)]
      let keeper = partition.document(at: CorpusPosition.offset(source))
      sources[partition.ordinal(of: keeper), default: 0] += range.count
    }
    if let last = ranges.last, range.lowerBound <= last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  private mutating func endDocument(_ body: (SubstringFinding) throws -> Void) throws {
    guard let document else { return }
    defer {
      ranges.removeAll(keepingCapacity: true)
      sources.removeAll(keepingCapacity: true)
    }
    let whole = texts.range(of: document)
    let ordinal = texts.ordinal(of: document)
    if rule.policy == .document {
      let share = Double(ranges.reduce(0) { $0 + $1.count }) / Double(whole.count)
      guard share > rule.share else { return }
      return try body(SubstringFinding(ordinal: ordinal, cuts: [], drop: drop(ordinal, share)))
    }
    let cuts = ranges.map {
      $0.lowerBound - whole.lowerBound..<$0.upperBound - whole.lowerBound
    }
    if cuts == [0..<whole.count] {
      return try body(SubstringFinding(ordinal: ordinal, cuts: [], drop: drop(ordinal, 1)))
    }
    try body(SubstringFinding(ordinal: ordinal, cuts: cuts, drop: nil))
  }

  private func drop(_ ordinal: UInt64, _ share: Double) -> SubstringFinding.Drop {
    let keeper = sources.filter { $0.key != ordinal }.min {
      ($1.value, $0.key) < ($0.value, $1.key)
    }
    return SubstringFinding.Drop(share: share, keeper: keeper?.key)
  }
}
