/// What a step says of one document: that it goes, or that a range of its text goes.
///
/// Which of both a file of findings holds is known from the step that wrote it. Findings sort by document.
package struct Finding: ExchangeRecord, Hashable {
  /// The document's place in the corpus: its block in the upper 40 bits, its index there in the lower 24.
  package let ordinal: UInt64
  /// The ordinal of the document that stays instead, or where the range begins.
  package let first: UInt64
  /// The bits of the figure that decided, or where the range ends.
  package let second: UInt64

  /// A document that goes; `keeper` stays in its place. `value` is the figure that decided, where there is one.
  package static func drop(_ ordinal: UInt64, keeper: UInt64, value: Double? = nil) -> Finding {
    Finding(ordinal: ordinal, first: keeper, second: (value ?? .nan).bitPattern)
  }

  /// A range of bytes of the document's original text that goes.
  package static func cut(_ ordinal: UInt64, _ range: Range<Int>) -> Finding {
    Finding(
      ordinal: ordinal, first: UInt64(range.lowerBound), second: UInt64(range.upperBound))
  }

  /// The document that has what is cut out of one that is emptied by that.
  package static func source(_ ordinal: UInt64, keeper: UInt64) -> Finding {
    Finding(ordinal: ordinal, first: keeper, second: .max)
  }

  /// Whether it names a document instead of a range.
  package var isSource: Bool { second == .max }

  /// The ordinal of the document that stays instead of a dropped one.
  package var keeper: UInt64 { first }

  /// The figure that decided about a dropped document, where there is one.
  package var value: Double? {
    let value = Double(bitPattern: second)
    return value.isNaN ? nil : value
  }

  /// The bytes that are cut out of the original text.
  package var range: Range<Int> { Int(first)..<Int(second) }

  package var bucketKey: UInt64 { ordinal }

  package static func < (left: Finding, right: Finding) -> Bool {
    if left.ordinal != right.ordinal { return left.ordinal < right.ordinal }
    if left.first != right.first { return left.first < right.first }
    return left.second < right.second
  }
}
