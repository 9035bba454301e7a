/// A document in a band: documents with the same key meet.
package struct BandRecord: ExchangeRecord, Hashable {
  /// Hash of the band's number and its rows of the signature.
  package let key: UInt64
  package let ordinal: UInt64

  package init(key: UInt64, ordinal: UInt64) {
    (self.key, self.ordinal) = (key, ordinal)
  }

  package var bucketKey: UInt64 { key }

  package static func < (left: BandRecord, right: BandRecord) -> Bool {
    left.key != right.key ? left.key < right.key : left.ordinal < right.ordinal
  }
}

/// Two documents that belong together, the earlier one first.
package struct DocumentPair: ExchangeRecord, Hashable {
  package let first: UInt64
  package let second: UInt64

  package init(_ a: UInt64, _ b: UInt64) {
    (first, second) = (min(a, b), max(a, b))
  }

  package var bucketKey: UInt64 { first }

  package static func < (left: DocumentPair, right: DocumentPair) -> Bool {
    left.first != right.first ? left.first < right.first : left.second < right.second
  }
}

/// A document of a cluster, and the first document of that cluster.
package struct ClusterMember: ExchangeRecord, Hashable {
  package let ordinal: UInt64
  package let root: UInt64

  package init(ordinal: UInt64, root: UInt64) {
    (self.ordinal, self.root) = (ordinal, root)
  }

  package var bucketKey: UInt64 { ordinal }

  package static func < (left: ClusterMember, right: ClusterMember) -> Bool {
    left.ordinal != right.ordinal ? left.ordinal < right.ordinal : left.root < right.root
  }
}
