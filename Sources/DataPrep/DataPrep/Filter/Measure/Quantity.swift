import RingProtocol

/// What was measured: a count, or a count of so many.
struct Quantity: Equatable {
  var count: Int
  var total: Int?

  @inline(__always)
  init(_ count: Int, of total: Int? = nil) {
    (self.count, self.total) = (count, total)
  }

  /// The count, or the ratio as one division of doubles; not a number for 0 of 0.
  @inline(__always)
  var value: Double {
    guard let total else { return Double(count) }
    return Double(count) / Double(total)
  }

  /// A whole number or a ratio; null where it cannot be told.
  var json: JSONValue {
    guard total != nil else { return .int(Int64(count)) }
    return value.isFinite ? .double(value) : .null
  }
}
