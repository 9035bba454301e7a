/// Sorts records in place: by the bytes of their key from the highest down, and small groups by comparison.
///
/// Keys that are hashes cost O(*n*); no keys cost more than O(*n* log *n*) and the eight bytes of a key. Needs next to no
/// memory of its own, so that a budget can be filled to its end.
enum RecordSort {
  /// Groups up to this size are sorted by insertion.
  private static let smallGroup = 24
  /// Groups up to this size are sorted by comparison: counting 256 places would cost more.
  private static let comparedGroup = 512
  /// Groups above this size that only comparison tells apart are sorted in a heap.
  private static let largeGroup = 1 << 16

  static func sort<Record: ExchangeRecord>(_ records: UnsafeMutableBufferPointer<Record>) {
    guard records.count > comparedGroup else { return compare(records) }
    // Keys that are no hashes share their high bits; no pass is spent on those.
    var (all, any) = (UInt64.max, UInt64(0))
    for record in records {
      all &= record.bucketKey
      any |= record.bucketKey
    }
    let different = 64 - (all ^ any).leadingZeroBitCount
    guard different > 0 else { return compare(records) }
    distribute(records, shift: max(0, different - 8))
  }

  /// Sorts by the eight bits of the key above `shift`, and what they do not tell apart by those below.
  private static func distribute<Record: ExchangeRecord>(
    _ records: UnsafeMutableBufferPointer<Record>, shift: Int
  ) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 513) { table in
      let ends = UnsafeMutableBufferPointer(rebasing: table[..<257])
      let next = UnsafeMutableBufferPointer(rebasing: table[257...])
      ends.initialize(repeating: 0)
      for record in records { ends[digit(record, shift) + 1] += 1 }
      for digit in 0..<256 { ends[digit + 1] += ends[digit] }
      for digit in 0..<256 { next.initializeElement(at: digit, to: ends[digit]) }
      permute(records, shift: shift, next: next, ends: ends)
      for digit in 0..<256 {
        let group = records[ends[digit]..<ends[digit + 1]]
        if group.count > 1 { refine(UnsafeMutableBufferPointer(rebasing: group), below: shift) }
      }
    }
  }

  /// Brings every record into the range of its digit, following the cycles of the permutation.
  private static func permute<Record: ExchangeRecord>(
    _ records: UnsafeMutableBufferPointer<Record>, shift: Int,
    next: UnsafeMutableBufferPointer<Int>, ends: UnsafeMutableBufferPointer<Int>
  ) {
    for group in 0..<256 {
      while next[group] < ends[group + 1] {
        var record = records[next[group]]
        var home = digit(record, shift)
        while home != group {
          swap(&record, &records[next[home]])
          next[home] += 1
          home = digit(record, shift)
        }
        records[next[group]] = record
        next[group] += 1
      }
    }
  }

  private static func refine<Record: ExchangeRecord>(
    _ group: UnsafeMutableBufferPointer<Record>, below shift: Int
  ) {
    guard shift > 0, group.count > comparedGroup else { return compare(group) }
    distribute(group, shift: max(0, shift - 8))
  }

  private static func compare<Record: ExchangeRecord>(_ records: UnsafeMutableBufferPointer<Record>)
  {
    guard records.count <= largeGroup else { return sortHeap(records) }
    guard records.count <= smallGroup else {
      var records = records
      return records.sort()
    }
    for end in records.indices.dropFirst() {
      let record = records[end]
      var place = end
      while place > 0, record < records[place - 1] {
        records[place] = records[place - 1]
        place -= 1
      }
      records[place] = record
    }
  }

  /// For the many records of one key: the library's sort would need half of their memory again.
  private static func sortHeap<Record: ExchangeRecord>(_ heap: UnsafeMutableBufferPointer<Record>) {
    for root in (0..<heap.count / 2).reversed() { sift(heap, root, heap.count) }
    for end in (1..<heap.count).reversed() {
      heap.swapAt(0, end)
      sift(heap, 0, end)
    }
  }

  /// Moves the record at `root` down until no child is greater.
  private static func sift<Record: ExchangeRecord>(
    _ heap: UnsafeMutableBufferPointer<Record>, _ root: Int, _ count: Int
  ) {
    let record = heap[root]
    var place = root
    while true {
      var child = 2 * place + 1
      guard child < count else { break }
      if child + 1 < count, heap[child] < heap[child + 1] { child += 1 }
      guard record < heap[child] else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = record
  }

  @inline(__always)
  private static func digit(_ record: some ExchangeRecord, _ shift: Int) -> Int {
    Int(truncatingIfNeeded: (record.bucketKey >> UInt64(shift)) & 255)
  }
}
