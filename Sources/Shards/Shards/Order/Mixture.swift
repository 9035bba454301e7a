/// Which of several datasets each place of a mixed stream takes its next sequence from, by weights.
///
/// After any number of places every dataset has had its share of them, to within less than one sequence: the rule is that
/// of Tijdeman ("The chairman assignment problem", 1980), whose deviation is at most 1 − 1/(2k − 2) for k datasets.
/// Taking the one that is furthest behind is simpler, but may be off by more than one where there are many datasets.
/// Whole numbers only, so that it is the same everywhere. The choice repeats after `period` places, where all is exact.
///
/// - Complexity: the first use walks through one period, once; then O(1) memory a `stride` places of it, and a look-up walks
///   at most `stride` places.
public struct Mixture: Sendable, Equatable {
  /// Integers without a common divisor.
  public let weights: [UInt64]
  /// The sum of the weights: after so many places the choice begins anew, and every share is exact.
  public let period: UInt64
  /// How many each had at the beginning of every stretch of `stride` places.
  private let checkpoints: [[UInt64]]

  private static let stride: UInt64 = 1 << 14
  /// The longest period that is walked through.
  public static let maximumPeriod: UInt64 = 1 << 34
  public static let maximumDatasets = 256

  /// The mixture by `weights`, each at least 1; nil where there are none, too many, or their period is too long.
  public init?(weights: [UInt64]) {
    guard (1...Self.maximumDatasets).contains(weights.count), !weights.contains(0) else {
      return nil
    }
    let divisor = weights.reduce(0, Self.gcd)
    let reduced = weights.map { $0 / divisor }
    var sum: UInt64 = 0
    for weight in reduced {
      guard weight <= Self.maximumPeriod, sum + weight <= Self.maximumPeriod else { return nil }
      sum += weight
    }
    (self.weights, period) = (reduced, sum)
    var walk = Walk(
      weights: reduced, period: sum, counts: Array(repeating: 0, count: reduced.count))
    var checkpoints = [walk.counts]
    var place: UInt64 = 0
    while place + Self.stride < sum {
      for _ in 0..<Self.stride { _ = walk.next() }
      checkpoints.append(walk.counts)
      place += Self.stride
    }
    self.checkpoints = checkpoints
  }

  /// The mixture by weights written as decimal numbers, such as `0.7` and `0.3`; nil where one is none.
  public init?(decimals: [String]) {
    let parts = decimals.map(Self.scaled)
    guard !parts.contains(where: { $0 == nil }) else { return nil }
    let digits = parts.map { $0!.decimals }.max() ?? 0
    var weights: [UInt64] = []
    for part in parts {
      var weight = part!.digits
      for _ in part!.decimals..<digits {
        let (product, overflow) = weight.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        weight = product
      }
      weights.append(weight)
    }
    self.init(weights: weights)
  }

  private static func scaled(_ text: String) -> (digits: UInt64, decimals: Int)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty, parts.last?.isEmpty == false,
      text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }),
      let digits = UInt64(parts.joined())
    else { return nil }
    return (digits, parts.count == 2 ? parts[1].utf8.count : 0)
  }

  private static func gcd(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : gcd(b, a % b) }

  /// How many of the first `place` places each dataset has.
  public func counts(before place: UInt64) -> [UInt64] { walk(from: place).total }

  /// For each of the places in `range` its dataset and which of that dataset's sequences it takes, counted from 0.
  public func sources(_ range: Range<UInt64>) -> [(dataset: Int, item: UInt64)] {
    var (walk, total) = walk(from: range.lowerBound)
    return range.map { _ in
      let dataset = walk.next()
      defer { total[dataset] += 1 }
      return (dataset, total[dataset])
    }
  }

  /// A walk that stands at `place`, and how many each had before it.
  private func walk(from place: UInt64) -> (walk: Walk, total: [UInt64]) {
    let (cycle, offset) = place.quotientAndRemainder(dividingBy: period)
    let checkpoint = offset / Self.stride
    var walk = Walk(weights: weights, period: period, counts: checkpoints[Int(checkpoint)])
    for _ in 0..<offset - checkpoint * Self.stride { _ = walk.next() }
    return (walk, zip(walk.counts, weights).map { $0 + cycle * $1 })
  }

  /// One place after the other.
  private struct Walk {
    let weights: [UInt64]
    let period: UInt64
    /// How many each has had in this period.
    private(set) var counts: [UInt64]
    /// What each should have had, less what it had, in units of 1 / (period × scale).
    private var behind: [Int64]
    private let scale: Int64

    init(weights: [UInt64], period: UInt64, counts: [UInt64]) {
      (self.weights, self.period, self.counts) = (weights, period, counts)
      let scale = Int64(max(2 * weights.count - 2, 1))
      let place = Int128(counts.reduce(0, +))
      behind = zip(weights, counts).map { weight, count in
        Int64(Int128(scale) * (Int128(weight) * place - Int128(period) * Int128(count)))
      }
      self.scale = scale
    }

    /// The dataset of the next place: of those that may have one more without being ahead by more than 1 − 1/(2k − 2),
    /// the one that would first have too few.
    mutating func next() -> Int {
      let due = Int64(period)
      var best = -1
      var (bestSlack, bestWeight): (Int64, UInt64) = (0, 1)
      for (dataset, weight) in weights.enumerated() {
        behind[dataset] += scale * Int64(weight)
        guard behind[dataset] >= due else { continue }
        // In slack / weight more places it would be behind by 1 − 1/(2k − 2).
        let slack = max(0, (scale - 1) * due - behind[dataset])
        if best < 0 || Self.isSooner(slack, weight, bestSlack, bestWeight) {
          (best, bestSlack, bestWeight) = (dataset, slack, weight)
        }
      }
      precondition(best >= 0, "nobody is due of \(weights)")
      behind[best] -= scale * due
      counts[best] += 1
      return best
    }

    /// Whether a/b < c/d.
    private static func isSooner(_ a: Int64, _ b: UInt64, _ c: Int64, _ d: UInt64) -> Bool {
      let left = UInt64(a).multipliedFullWidth(by: d)
      let right = UInt64(c).multipliedFullWidth(by: b)
      return (left.high, left.low) < (right.high, right.low)
    }
  }
}
