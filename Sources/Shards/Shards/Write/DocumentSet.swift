/// A set of document numbers, held as ascending ranges that neither touch nor overlap.
struct DocumentSet: Sendable, Equatable {
  private(set) var ranges: [ClosedRange<UInt64>]

  /// The union of `ranges`, in any order.
  ///
  /// - Complexity: O(*n* log *n*).
  init(_ ranges: [ClosedRange<UInt64>]) {
    self.ranges = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] =
          last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  /// How many documents it holds.
  var count: UInt64 { ranges.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }

  /// The documents, rising.
  var numbers: [UInt64] { ranges.flatMap { Array($0) } }
}
