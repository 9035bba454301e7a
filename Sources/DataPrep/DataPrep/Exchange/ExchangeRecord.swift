/// A fixed-size record that one step of a run writes and another reads sorted: a key and the document it came from.
///
/// Records are stored as they lie in memory, so a record has no reference in it. `<` must order all of its fields, so
/// that records that compare as equal are equal, and must order by `bucketKey` first: the sorted stream is then the same
/// for any number of files, threads and bytes of memory.
package protocol ExchangeRecord: BitwiseCopyable, Comparable, Sendable {
  /// What the records are split and first sorted by. Hashes spread evenly over all files; other keys need a rule of
  /// their own, see `RecordWriter`.
  var bucketKey: UInt64 { get }
}

/// The files that records are split into by their key.
package struct RecordBuckets: Sendable, Equatable {
  /// How many there are.
  package let count: Int

  package init(count: Int) {
    precondition(count > 0, "\(count) buckets")
    self.count = count
  }

  /// The bucket of a key: equal ranges of all 64-bit keys, rising with the key.
  package func index(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: key.multipliedFullWidth(by: UInt64(count)).high)
  }

  /// Where the records of a bucket lie.
  package static func path(_ folder: String, _ name: String, _ bucket: Int) -> String {
    "\(folder)/\(name)-\(bucket).rec"
  }
}
