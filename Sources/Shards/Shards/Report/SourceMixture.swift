import RingProtocol

/// Which sources the tokens come from, along the data.
public struct SourceMixture: Sendable, Equatable {
  /// The sources told apart, those with most tokens first; the last stands for all others where there are some.
  public private(set) var names: [String] = []
  /// Tokens of each.
  public private(set) var tokens: [UInt64] = []
  /// The data in equal stretches, in stored order: for each the tokens of each source.
  public private(set) var stretches: [[UInt64]] = []
  /// How much the stretches differ in their sources, by chi-square for each degree of freedom with a sequence as the
  /// unit: about 1 where sequences are drawn by lot, more where sources come one after another. Nil with one source or
  /// one stretch.
  public private(set) var chiSquarePerDegree: Double?

  /// More sources are summed up as "others": as many as a reader's eye tells apart.
  static let shown = 7
  static let maximumStretches = 96
  /// What all that are not told apart are called.
  public static let others = "others"

  /// - Parameter shards: summaries in stored order.
  init(_ shards: [PackingSummary], sequenceLength: Int) {
    let sums = Self.sums(shards)
    guard !sums.isEmpty else { return }
    let ranked = sums.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }.map(\.key)
    let named = ranked.filter { $0 != nil }.compactMap { $0 }
    let chosen = Array(named.prefix(named.count == Self.shown + 1 ? Self.shown + 1 : Self.shown))
    let hasOthers = chosen.count < ranked.count
    names = chosen + (hasOthers ? [Self.others] : [])
    let place = Dictionary(
      uniqueKeysWithValues: chosen.enumerated().map { ($0.element, $0.offset) })
    let rows = shards.flatMap { shard -> [[UInt64]] in
      let places = shard.sources.map { place[$0] ?? chosen.count } + [chosen.count]
      return shard.tokensByPart.map { part in
        var row = [UInt64](repeating: 0, count: names.count)
        for (source, count) in part.enumerated() where count > 0 { row[places[source]] += count }
        return row
      }
    }
    tokens = rows.reduce(into: [UInt64](repeating: 0, count: names.count)) { sum, row in
      for (source, count) in row.enumerated() { sum[source] += count }
    }
    stretches = Self.merged(rows)
    chiSquarePerDegree = Self.chiSquare(stretches, sequenceLength: sequenceLength)
  }

  /// Tokens by source; nil for those that shards do not tell apart.
  private static func sums(_ shards: [PackingSummary]) -> [String?: UInt64] {
    var sums: [String?: UInt64] = [:]
    for shard in shards {
      for part in shard.tokensByPart {
        for (place, count) in part.enumerated() where count > 0 {
          sums[place < shard.sources.count ? shard.sources[place] : nil, default: 0] += count
        }
      }
    }
    return sums
  }

  /// At most so many stretches as can be shown, of neighbouring rows.
  private static func merged(_ rows: [[UInt64]]) -> [[UInt64]] {
    let count = min(rows.count, maximumStretches)
    return (0..<count).map { number in
      let range = number * rows.count / count..<(number + 1) * rows.count / count
      return rows[range].reduce(into: [UInt64](repeating: 0, count: rows[0].count)) { sum, row in
        for (source, tokens) in row.enumerated() { sum[source] += tokens }
      }
    }
  }

  private static func chiSquare(_ rows: [[UInt64]], sequenceLength: Int) -> Double? {
    guard let width = rows.first?.count, width > 1, rows.count > 1 else { return nil }
    let counts = rows.map { $0.map { Double($0) / Double(sequenceLength) } }
    let columns = (0..<width).map { column in counts.reduce(0) { $0 + $1[column] } }
    let total = columns.reduce(0, +)
    guard total > 0 else { return nil }
    var sum = 0.0
    for row in counts {
      let size = row.reduce(0, +)
      for (column, found) in row.enumerated() {
        let expected = size * columns[column] / total
        if expected > 0 { sum += (found - expected) * (found - expected) / expected }
      }
    }
    return sum / Double((rows.count - 1) * (width - 1))
  }

  public var json: JSONValue {
    [
      "names": .array(names.map { .string($0) }), "tokens": .array(tokens.map { .unsigned($0) }),
      "stretches": .array(stretches.map { .array($0.map { .unsigned($0) }) }),
      "chi_square_per_degree": chiSquarePerDegree.map { .double($0) } ?? .null,
    ]
  }
}
