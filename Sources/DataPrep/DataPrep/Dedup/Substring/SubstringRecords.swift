/// A position of the corpus that is chosen by the bytes that begin there, with their hash.
struct AnchorRecord: ExchangeRecord, Hashable {
  var key: UInt64
  /// See `CorpusPosition`.
  var position: UInt64

  var bucketKey: UInt64 { key }

  static func < (left: AnchorRecord, right: AnchorRecord) -> Bool {
    left.key != right.key ? left.key < right.key : left.position < right.position
  }
}

/// A range of the corpus, inside one document, that goes because it repeats.
struct CoveredRange: ExchangeRecord, Hashable {
  /// See `CorpusPosition`.
  var start: UInt64
  var end: UInt64
  /// A position in the document that holds the earlier copy; `noSource` where no copy stays.
  var source: UInt64

  static let noSource = UInt64.max

  var bucketKey: UInt64 { start }

  static func < (left: CoveredRange, right: CoveredRange) -> Bool {
    if left.start != right.start { return left.start < right.start }
    if left.end != right.end { return left.end < right.end }
    return left.source < right.source
  }
}
