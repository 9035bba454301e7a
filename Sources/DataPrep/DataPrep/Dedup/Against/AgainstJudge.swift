import RingProtocol
import Synchronization

/// Looks for the grams of examples in documents.
final class AgainstJudge: TextJudge {
  private let table: GramTable
  private let policy: AgainstSettings.Policy
  private let mode: ModeReading
  private let hits = Mutex(AgainstHits())

  /// Bytes of a shared text that a report shows.
  private static let shownBytes = 200

  init(_ table: GramTable, _ policy: AgainstSettings.Policy, _ mode: ModeReading) {
    (self.table, self.policy, self.mode) = (table, policy, mode)
  }

  var facts: JSONValue { hits.withLock { $0.json } }

  /// A gram of the table in a text.
  private struct Match {
    /// Its words.
    let words: Range<Int>
    /// Its entries in the table.
    let entries: Range<Int>
  }

  func judge(
    _ document: Document, ordinal: UInt64, _ fate: inout DocumentFate,
    _ scratch: inout DigestScratch
  ) {
    guard case .left(var text) = fate else { return }
    let grams = scratch.grams ?? WordGrams()
    scratch.grams = grams
    let matches = text.withBytes { bytes in
      grams.read(bytes)
      return self.matches(in: grams)
    }
    guard !matches.isEmpty else { return }
    let places = text.withBytes { WordGrams.ranges(of: $0, count: grams.words.count) }
    let ranges = matches.map {
      places[$0.words.lowerBound].lowerBound..<places[$0.words.upperBound - 1].upperBound
    }
    let example = record(matches, ranges, document, ordinal, text)
    let drop = DocumentFate.Drop(
      reason: mode.reason, value: Double(matches.count), keeper: nil,
      copyOf: table.examples[example].name)
    guard policy == .cut else {
      fate = .dropped(drop)
      return
    }
    text.cut(ranges, reason: mode.reason)
    fate = text.count == 0 ? .dropped(drop) : .left(text)
  }

  /// All grams of examples in a text, in the order of their first words.
  private func matches(in grams: WordGrams) -> [Match] {
    var found: [Match] = []
    for length in table.lengths {
      grams.forEachGram(of: length) { hash, place in
        if let entries = table.find(hash) {
          found.append(Match(words: place..<place + length, entries: entries))
        }
      }
    }
    guard table.lengths.count > 1 else { return found }
    return found.sorted {
      ($0.words.lowerBound, $1.words.count) < ($1.words.lowerBound, $0.words.count)
    }
  }

  /// Counts what a document shares with which examples; returns the one that it shares most with.
  private func record(
    _ matches: [Match], _ ranges: [Range<Int>], _ document: Document, _ ordinal: UInt64,
    _ text: LeftText
  ) -> Int {
    var shared: [Int: (count: Int64, first: Range<Int>)] = [:]
    for (match, range) in zip(matches, ranges) {
      for entry in match.entries {
        shared[table.example(entry), default: (0, range)].count += 1
      }
    }
    let name = document.name
    hits.withLock { hits in
      for (example, share) in shared {
        let isFirst = hits.isFirst(ordinal, example: example)
        hits.add(
          AgainstHits.Hit(
            documents: 1, grams: share.count, ordinal: ordinal, document: isFirst ? name : "",
            text: isFirst ? Self.shown(share.first, of: text) : ""), example: example)
      }
    }
    return shared.min { ($1.value.count, $0.key) < ($0.value.count, $1.key) }!.key
  }

  private static func shown(_ range: Range<Int>, of text: LeftText) -> String {
    text.withBytes { String(decoding: $0[range].prefix(shownBytes), as: UTF8.self) }
  }
}
