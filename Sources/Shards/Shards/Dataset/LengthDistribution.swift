import RingProtocol

/// How many documents have which length, in bins of a quarter of an octave.
public struct LengthDistribution: Equatable, Sendable {
  /// For the lower end of each bin that is not empty, how many lengths lie in it.
  public private(set) var counts: [UInt64: UInt64] = [:]

  public init() {}

  /// The lower end of the bin of `length`: every number below 8, then four in each octave (8, 10, 12, 14, 16, 20, …).
  public static func bin(of length: UInt64) -> UInt64 {
    guard length >= 8 else { return length }
    let octave = UInt64(63 - length.leadingZeroBitCount)
    return (length >> (octave - 2)) << (octave - 2)
  }

  /// The lower end of the bin behind the one that begins at `bin`.
  public static func next(after bin: UInt64) -> UInt64 {
    guard bin >= 8 else { return bin + 1 }
    return bin + (1 << UInt64(61 - bin.leadingZeroBitCount))
  }

  /// Counts one more.
  public mutating func add(_ length: UInt64) {
    counts[Self.bin(of: length), default: 0] += 1
  }

  public static func += (left: inout LengthDistribution, right: LengthDistribution) {
    left.counts.merge(right.counts, uniquingKeysWith: +)
  }

  /// Adds the counts of another.
  mutating func add(_ other: LengthDistribution) {
    counts.merge(other.counts, uniquingKeysWith: +)
  }

  /// The bins in order.
  public var bins: [(lower: UInt64, count: UInt64)] {
    counts.sorted { $0.key < $1.key }.map { (lower: $0.key, count: $0.value) }
  }

  /// How many were counted.
  public var total: UInt64 { counts.values.reduce(0, +) }

  /// The lower end of the bin in which the given share of all lengths is reached.
  public func quantile(_ share: Double) -> UInt64 {
    let wanted = share * Double(total)
    var sum = 0.0
    for bin in bins {
      sum += Double(bin.count)
      if sum >= wanted { return bin.lower }
    }
    return bins.last?.lower ?? 0
  }

  /// `[[lower end, count], …]`.
  public var json: JSONValue {
    .array(bins.map { [.unsigned($0.lower), .unsigned($0.count)] })
  }

  public init?(json: JSONValue) {
    guard let rows = json.array else { return nil }
    for row in rows {
      guard let pair = row.array, pair.count == 2, let lower = pair[0].int, let count = pair[1].int,
        lower >= 0, count >= 0, Self.bin(of: UInt64(lower)) == UInt64(lower)
      else { return nil }
      counts[UInt64(lower), default: 0] += UInt64(count)
    }
  }
}
