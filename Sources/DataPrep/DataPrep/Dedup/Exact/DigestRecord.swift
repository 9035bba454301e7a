/// A digest with the two numbers that decide which of its owners stays: the first by them does.
struct DigestRecord: ExchangeRecord {
  let digest: TextDigest
  /// Compared first. Of documents the rank, of units the ordinal of the document.
  let major: UInt64
  /// Compared then. Of documents the ordinal, of units the place in the document.
  let minor: UInt64

  var bucketKey: UInt64 { digest.high }

  static func < (left: DigestRecord, right: DigestRecord) -> Bool {
    if left.digest.high != right.digest.high { return left.digest.high < right.digest.high }
    if left.digest.low != right.digest.low { return left.digest.low < right.digest.low }
    if left.major != right.major { return left.major < right.major }
    return left.minor < right.minor
  }
}

extension TextDigest: BitwiseCopyable {}
