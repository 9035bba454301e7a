import RingProtocol

/// Sorts any number of records within a budget of memory.
///
/// What fits is sorted where it lies. What does not is written to the spill folder in sorted runs, which are merged as
/// the result is read; a killed process leaves nothing of them. The sorted stream is the same for every budget. One
/// sort belongs to one thread; several may run at the same time, one for each bucket.
///
/// - Complexity: O(*n*) for keys that are hashes, and a merge of O(*n* log *runs*) above the budget, where records are
///   written once (twice above 128 times the budget).
package final class ExternalSort<Record: ExchangeRecord> {
  private let capacity: Int
  private let spillFolder: String
  private var buffer = GrowingBuffer<Record>()
  /// Runs by how often their records have been merged.
  private var levels: [[SortedRun<Record>]] = []

  /// So many runs are merged at once: their files and buffers stay within every usual limit.
  private static var fanIn: Int { 128 }

  /// Less would make a file of every few records.
  private static var leastMemory: Int { 4096 }

  /// - Parameters:
  ///   - memory: bytes for records; 4 KiB are always taken.
  ///   - spillFolder: where runs go that do not fit; it exists.
  package init(memory: Int, spillFolder: String) {
    capacity = max(Self.leastMemory, memory) / MemoryLayout<Record>.stride
    self.spillFolder = spillFolder
  }

  /// Adds the records of a file that a `RecordWriter` wrote.
  ///
  /// - Throws: `FileError` where the file cannot be read or is damaged, or no space is left for a run.
  package func add(contentsOf path: String) throws(FileError) {
    let reader = try RecordFileReader<Record>(path: path)
    var left = reader.count
    while left > 0 {
      if buffer.count == capacity { try spill() }
      let size = min(left, capacity - buffer.count, Self.pieceCount)
      let room = buffer.room(for: size, capacity: capacity)
      buffer.grow(by: try reader.read(into: room))
      left -= size
    }
  }

  /// Records that are read at once: some mebibytes.
  private static var pieceCount: Int { (4 << 20) / MemoryLayout<Record>.stride + 1 }

  /// Adds one record.
  package func add(_ record: Record) throws(FileError) {
    if buffer.count == capacity { try spill() }
    buffer.append(record, capacity: capacity)
  }

  /// Adds records.
  package func add(_ records: [Record]) throws(FileError) {
    for record in records { try add(record) }
  }

  /// All records in order. To be called once, after the last `add`.
  package func sorted() throws(FileError) -> SortedRecords<Record> {
    guard levels.contains(where: { !$0.isEmpty }) else {
      RecordSort.sort(buffer.records)
      return SortedRecords(buffer)
    }
    if buffer.count > 0 { try spill() }
    buffer = GrowingBuffer()
    var runs = levels.flatMap { $0 }
    levels = []
    while runs.count > Self.fanIn {
      // The shortest are the first: no more is written again than there has to be.
      let size = min(Self.fanIn, runs.count - Self.fanIn + 1)
      let merged = try merge(Array(runs[..<size]))
      runs.removeFirst(size)
      runs.append(merged)
    }
    return SortedRecords(try RunMerger(runs, memory: memory))
  }

  private var memory: Int { capacity * MemoryLayout<Record>.stride }

  private func spill() throws(FileError) {
    RecordSort.sort(buffer.records)
    let run = try SortedRun<Record>(folder: spillFolder)
    try run.append(UnsafeBufferPointer(buffer.records))
    buffer.removeAll()
    try add(run, level: 0)
  }

  private func add(_ run: SortedRun<Record>, level: Int) throws(FileError) {
    if levels.count == level { levels.append([]) }
    levels[level].append(run)
    guard levels[level].count == Self.fanIn else { return }
    let runs = levels[level]
    levels[level] = []
    buffer = GrowingBuffer()  // its memory goes to the merge
    try add(try merge(runs), level: level + 1)
  }

  private func merge(_ runs: [SortedRun<Record>]) throws(FileError) -> SortedRun<Record> {
    let merger = try RunMerger(runs, memory: memory / 2)
    let target = try SortedRun<Record>(folder: spillFolder)
    let piece = GrowingBuffer<Record>()
    let size = max(1, min(capacity / 2, Self.pieceCount))
    while let record = try merger.next() {
      piece.append(record, capacity: size)
      if piece.count == size {
        try target.append(UnsafeBufferPointer(piece.records))
        piece.removeAll()
      }
    }
    try target.append(UnsafeBufferPointer(piece.records))
    return target
  }
}
