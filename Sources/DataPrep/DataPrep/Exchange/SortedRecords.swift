import Glibc
import RingProtocol

/// The sorted stream of an `ExternalSort`; read once, by one thread.
package final class SortedRecords<Record: ExchangeRecord> {
  private let buffer: GrowingBuffer<Record>
  private let merger: RunMerger<Record>?
  private var at = 0

  init(_ buffer: GrowingBuffer<Record>) {
    (self.buffer, merger) = (buffer, nil)
  }

  init(_ merger: RunMerger<Record>) {
    (buffer, self.merger) = (GrowingBuffer(), merger)
  }

  /// The next record; nil at the end.
  package func next() throws(FileError) -> Record? {
    if let merger { return try merger.next() }
    guard at < buffer.count else { return nil }
    at += 1
    return buffer.records[at - 1]
  }

  /// Calls `body` for each record that is left.
  package func forEach(_ body: (Record) throws -> Void) throws {
    while let record = try next() { try body(record) }
  }

  /// Calls `body` for each run of neighbours of which `isSame` says that they belong together.
  ///
  /// A group is in memory as a whole: for keys of which nobody has too many.
  package func forEachGroup(
    where isSame: (Record, Record) -> Bool, _ body: ([Record]) throws -> Void
  ) throws {
    var group: [Record] = []
    while let record = try next() {
      if let last = group.last, !isSame(last, record) {
        try body(group)
        group.removeAll(keepingCapacity: true)
      }
      group.append(record)
    }
    if !group.isEmpty { try body(group) }
  }
}

/// Records in memory of their own that grows in place as far as the system allows.
final class GrowingBuffer<Record: BitwiseCopyable> {
  private(set) var count = 0
  private var allocated = 0
  private var base: UnsafeMutablePointer<Record>?

  deinit {
    free(base)
  }

  /// What is there.
  var records: UnsafeMutableBufferPointer<Record> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Room behind the records for `more`; of all at most `capacity`.
  func room(for more: Int, capacity: Int) -> UnsafeMutableBufferPointer<Record> {
    precondition(count + more <= capacity, "\(count) + \(more) records in \(capacity)")
    if count + more > allocated {
      reallocate(min(capacity, max(count + more, 2 * allocated, 1024)))
    }
    return UnsafeMutableBufferPointer(start: base! + count, count: more)
  }

  /// Counts records that were written into `room`.
  func grow(by more: Int) {
    count += more
  }

  func append(_ record: Record, capacity: Int) {
    room(for: 1, capacity: capacity).initializeElement(at: 0, to: record)
    count += 1
  }

  /// Forgets the records and keeps the memory.
  func removeAll() {
    count = 0
  }

  private func reallocate(_ size: Int) {
    // realloc moves large blocks by their pages: nothing is held twice.
    guard let grown = realloc(base, size * MemoryLayout<Record>.stride) else {
      preconditionFailure("no memory for \(size) records of \(MemoryLayout<Record>.stride) bytes")
    }
    base = grown.assumingMemoryBound(to: Record.self)
    allocated = size
  }
}
