import RingProtocol

/// What repeats of a document.
package struct SubstringFinding: Equatable, Sendable {
  package var ordinal: UInt64
  /// The bytes of its text that are covered, in rising order and apart from each other; they may cut characters through.
  package var ranges: [Range<Int>]
  /// Why it goes as a whole, where it does.
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

  package init(ordinal: UInt64, ranges: [Range<Int>], drop: Drop?) {
    (self.ordinal, self.ranges, self.drop) = (ordinal, ranges, drop)
  }
}

/// Turns covered ranges into what becomes of documents.
///
/// Ranges come in rising order, so that one document is in hand at a time.
struct SubstringFindings {
  private let rule: SubstringRule
  private let texts: CorpusTexts
  private var document: Document?
  private var ranges: [Range<Int>] = []
  /// Covered bytes by the document that has the earlier copy.
  private var sources: [UInt64: Int] = [:]

  /// The document in hand.
  private struct Document {
    let ordinal: UInt64
    /// Its positions.
    let range: Range<UInt64>

    init(at position: UInt64, in texts: CorpusTexts) {
      let (spool, offset) = texts.place(of: position)
      let index = texts.spools[spool].document(at: offset)
      let bytes = texts.spools[spool].range(of: index)
      ordinal = texts.spools[spool].ordinal(of: index)
      let start = position - UInt64(offset - bytes.lowerBound)
      range = start..<start + UInt64(bytes.count)
    }
  }

  init(_ rule: SubstringRule, _ texts: CorpusTexts) {
    (self.rule, self.texts) = (rule, texts)
  }

  /// Calls `body` for each document that changes, in reading order.
  mutating func collect(
    _ covered: SortedRecords<CoveredRange>, _ body: (SubstringFinding) throws -> Void
  ) throws {
    var last: CoveredRange?
    while let range = try covered.next() {
      if range == last { continue }
      last = range
      if document.map({ $0.range.upperBound <= range.start }) ?? true {
        try endDocument(body)
        document = Document(at: range.start, in: texts)
      }
      add(range)
    }
    try endDocument(body)
  }

  private mutating func add(_ range: CoveredRange) {
    let begin = document!.range.lowerBound
    let inside = Int(range.start - begin)..<Int(range.end - begin)
    if range.source != CoveredRange.noSource {
      sources[texts.ordinal(at: range.source), default: 0] += inside.count
    }
    if let last = ranges.last, inside.lowerBound <= last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, inside.upperBound)
    } else {
      ranges.append(inside)
    }
  }

  private mutating func endDocument(_ body: (SubstringFinding) throws -> Void) throws {
    guard let document else { return }
    defer {
      ranges.removeAll(keepingCapacity: true)
      sources.removeAll(keepingCapacity: true)
    }
    let share = Double(ranges.reduce(0) { $0 + $1.count }) / Double(document.range.count)
    if rule.policy == .document ? share > rule.share : share == 1 {
      let drop = SubstringFinding.Drop(share: share, keeper: keeper(of: document.ordinal))
      try body(SubstringFinding(ordinal: document.ordinal, ranges: ranges, drop: drop))
    } else if rule.policy != .document {
      try body(SubstringFinding(ordinal: document.ordinal, ranges: ranges, drop: nil))
    }
  }

  /// The document that has most of what is covered; of several the first.
  private func keeper(of ordinal: UInt64) -> UInt64? {
    sources.filter { $0.key != ordinal }.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
  }
}
