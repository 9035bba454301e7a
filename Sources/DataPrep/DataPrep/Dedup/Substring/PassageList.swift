import RingProtocol

/// The most repeated passages of a corpus.
///
/// What it holds in the end does not depend on the order in which passages come, or in how many lists they were kept.
struct PassageList: Sendable {
  /// A passage and how many copies of it were covered.
  struct Passage: Hashable, Comparable, Sendable {
    var count: Int
    /// Where the first covered copy begins.
    var start: UInt64
    var end: UInt64

    /// The most repeated first.
    static func < (left: Passage, right: Passage) -> Bool {
      if left.count != right.count { return left.count > right.count }
      return (left.start, left.end) < (right.start, right.end)
    }
  }

  /// In order; neighbouring anchors tell of the same passage, so that far more are held than are shown.
  private var passages: [Passage] = []

  private static let limit = 512

  mutating func add(count: Int, _ range: CoveredRange) {
    add(Passage(count: count, start: range.start, end: range.end))
  }

  mutating func add(_ passage: Passage) {
    if passages.count >= 2 * Self.limit { shorten() }
    if isFull, passage > passages[Self.limit - 1] { return }
    passages.append(passage)
  }

  /// Those that count, in order.
  var kept: ArraySlice<Passage> { passages.sorted().prefix(Self.limit) }

  /// Whether the first `limit` places are sorted and taken.
  private var isFull = false

  private mutating func shorten() {
    passages.sort()
    passages.removeLast(passages.count - Self.limit)
    isFull = true
  }

  /// Adds those of another list.
  mutating func merge(_ other: PassageList) {
    for passage in other.kept { add(passage) }
  }
}

/// A passage that repeats, for people to see.
package struct RepeatedPassage: Sendable, Equatable {
  /// How many copies of it were covered.
  package var count: Int
  /// Its bytes, from the first covered copy.
  package var bytes: Int
  /// How it begins.
  package var text: String

  package init(count: Int, bytes: Int, text: String) {
    (self.count, self.bytes, self.text) = (count, bytes, text)
  }
}

extension PassageList {
  /// What a report shows.
  private static let (shownPassages, shownBytes) = (10, 200)
  /// Bytes of a passage in which others are looked for.
  private static let comparedBytes = 4096

  /// The first ones with their texts, each once: of what neighbouring anchors tell of one passage the most repeated, and
  /// of equally repeated ones the union.
  func shown(from texts: CorpusTexts) throws(FileError) -> [RepeatedPassage] {
    var shown: [(passage: Passage, bytes: [UInt8])] = []
    for passage in kept {
      let bytes = try Self.bytes(of: passage, in: texts)
      if let place = shown.firstIndex(where: { Self.isPart(passage, bytes, of: $0) }) {
        let known = shown[place].passage
        guard known.count == passage.count, known.end > passage.start, known.start < passage.end
        else { continue }
        let union = Passage(
          count: known.count, start: min(known.start, passage.start),
          end: max(known.end, passage.end))
        shown[place] = (union, try Self.bytes(of: union, in: texts))
      } else if shown.count < Self.shownPassages {
        shown.append((passage, bytes))
      }
    }
    return shown.map { passage, bytes in
      RepeatedPassage(
        count: passage.count, bytes: Int(passage.end - passage.start),
        text: String(decoding: bytes.prefix(Self.shownBytes), as: UTF8.self))
    }
  }

  private static func bytes(of passage: Passage, in texts: CorpusTexts) throws(FileError)
    -> [UInt8]
  {
    let size = min(passage.end - passage.start, UInt64(comparedBytes))
    return try texts.bytes(passage.start, passage.start + size)
  }

  /// Whether the middle of a passage is in another.
  private static func isPart(
    _ passage: Passage, _ bytes: [UInt8], of known: (passage: Passage, bytes: [UInt8])
  ) -> Bool {
    if passage.start < known.passage.end, known.passage.start < passage.end { return true }
    let middle = bytes[bytes.count / 4..<bytes.count - bytes.count / 4]
    guard middle.count <= known.bytes.count else { return false }
    return (0...known.bytes.count - middle.count).contains { start in
      known.bytes[start] == middle.first!
        && known.bytes[start..<start + middle.count].elementsEqual(middle)
    }
  }
}
