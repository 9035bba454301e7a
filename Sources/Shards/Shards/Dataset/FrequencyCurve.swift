import RingProtocol

/// How often the commonest, the second, … token occurs: a few points of the curve that Zipf's law makes a line.
public struct FrequencyCurve: Equatable, Sendable {
  /// Ranks from 1 with their counts; every rank up to 10, then twelve in each power of ten, and the last that occurs.
  public var points: [(rank: UInt64, count: UInt64)]

  public static func == (left: FrequencyCurve, right: FrequencyCurve) -> Bool {
    left.points.elementsEqual(right.points, by: ==)
  }

  /// - Complexity: O(*n* log *n*) for a vocabulary of *n*.
  public init(histogram: [UInt64]) {
    let counts = histogram.filter { $0 != 0 }.sorted(by: >)
    points = []
    var rank = 1.0
    while Int(rank) <= counts.count {
      let whole = UInt64(rank)
      if points.last?.rank != whole { points.append((whole, counts[Int(whole) - 1])) }
      // Twelve steps make a power of ten.
      rank = rank < 10 ? rank + 1 : rank * 1.211527658628589
    }
    if let last = counts.last, points.last!.rank != UInt64(counts.count) {
      points.append((UInt64(counts.count), last))
    }
  }

  /// `[[rank, count], …]`.
  public var json: JSONValue {
    .array(points.map { [.unsigned($0.rank), .unsigned($0.count)] })
  }

  public init?(json: JSONValue) {
    guard let rows = json.array else { return nil }
    points = []
    for row in rows {
      guard let pair = row.array, pair.count == 2, let rank = pair[0].int, let count = pair[1].int,
        rank > 0, count > 0
      else { return nil }
      points.append((UInt64(rank), UInt64(count)))
    }
  }
}
