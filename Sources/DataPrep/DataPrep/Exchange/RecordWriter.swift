import RingProtocol
import Synchronization

/// Splits records by their key into files, one for each reader of the next step.
///
/// Any thread may add. The files `NAME-BUCKET.rec` appear whole with `finish`; a writer that is dropped before leaves
/// nothing. In what order records of one bucket lie in its file depends on the threads: readers sort.
///
/// - Complexity: 64 KiB of memory and one open file a bucket.
package final class RecordWriter<Record: ExchangeRecord>: Sendable {
  private let buckets: [Bucket]
  private let bucketOf: @Sendable (Record) -> Int

  private final class Bucket: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private let file: RecordFileWriter<Record>

    init(path: String) throws(FileError) {
      file = try RecordFileWriter(path: path)
    }

    func append(_ records: UnsafeBufferPointer<Record>) throws(FileError) {
      try lock.withLock { (_) throws(FileError) in try file.append(records) }
    }

    func finish() throws(FileError) {
      try lock.withLock { (_) throws(FileError) in try file.finish() }
    }
  }

  /// Begins the files of `count` buckets in `folder`, which exists.
  ///
  /// - Parameter bucketOf: the bucket of a record; by default equal ranges of all 64-bit keys.
  package init(
    folder: String, name: String, buckets count: Int,
    bucketOf: (@Sendable (Record) -> Int)? = nil
  ) throws(FileError) {
    let ranges = RecordBuckets(count: count)
    var buckets: [Bucket] = []
    for index in 0..<count {
      buckets.append(try Bucket(path: RecordBuckets.path(folder, name, index)))
    }
    self.buckets = buckets
    self.bucketOf = bucketOf ?? { ranges.index(of: $0.bucketKey) }
  }

  /// Adds records; best some thousands at a time.
  package func add(_ records: [Record]) throws(FileError) {
    var failure: FileError?
    records.withUnsafeBufferPointer { records in
      do throws(FileError) { try add(records) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Adds records; best some thousands at a time.
  package func add(_ records: UnsafeBufferPointer<Record>) throws(FileError) {
    guard buckets.count > 1 else { return try buckets[0].append(records) }
    // A counting sort by bucket, so that each file is locked and written once.
    let indices = records.map { UInt32(truncatingIfNeeded: bucketOf($0)) }
    var starts = [Int](repeating: 0, count: buckets.count + 1)
    for index in indices { starts[Int(index) + 1] += 1 }
    for bucket in buckets.indices { starts[bucket + 1] += starts[bucket] }
    let sorted = UnsafeMutableBufferPointer<Record>.allocate(capacity: records.count)
    defer { sorted.deallocate() }
    var places = starts
    for (record, index) in zip(records, indices) {
      sorted.initializeElement(at: places[Int(index)], to: record)
      places[Int(index)] += 1
    }
    for (bucket, start) in zip(buckets, starts.indices.dropLast()) {
      let range = starts[start]..<starts[start + 1]
      if !range.isEmpty { try bucket.append(UnsafeBufferPointer(rebasing: sorted[range])) }
    }
  }

  /// Makes the files durable and gives them their names.
  package func finish() throws(FileError) {
    for bucket in buckets { try bucket.finish() }
  }
}
