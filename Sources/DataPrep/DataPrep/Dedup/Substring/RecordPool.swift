import RingProtocol
import Synchronization

/// Records between two steps of one process, split by key: in memory as far as they fit, else in files.
///
/// Any thread may add. What a bucket holds, sorted, is the same either way.
final class RecordPool<Record: ExchangeRecord>: Sendable {
  let buckets: Int
  private let ranges: RecordBuckets
  private let memory: Int
  private let folder: String
  private let name: String
  private let state: Mutex<State>

  private struct State {
    /// Full and partly filled pieces of each bucket.
    var pieces: [[Piece]]
    var bytes = 0
    var writer: RecordWriter<Record>?
  }

  private final class Piece: @unchecked Sendable {
    static var capacity: Int { (16 << 10) / MemoryLayout<Record>.stride }
    let records = UnsafeMutablePointer<Record>.allocate(capacity: Piece.capacity)
    var count = 0

    deinit {
      records.deallocate()
    }

    var content: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: records, count: count) }
  }

  /// - Parameters:
  ///   - memory: bytes of records that may stay in memory.
  ///   - folder: where files go that do not fit; it exists.
  init(name: String, buckets: Int, memory: Int, folder: String) {
    (self.buckets, self.memory, self.folder, self.name) = (buckets, memory, folder, name)
    ranges = RecordBuckets(count: buckets)
    state = Mutex(State(pieces: Array(repeating: [], count: buckets)))
  }

  /// Adds records; best some thousands at a time.
  func add(_ records: UnsafeBufferPointer<Record>) throws(FileError) {
    let writer = try state.withLock { (state) throws(FileError) in
      if let writer = state.writer { return Optional(writer) }
      for record in records { append(record, to: &state) }
      if state.bytes > memory { try spill(&state) }
      return nil
    }
    try writer?.add(records)
  }

  private func append(_ record: Record, to state: inout State) {
    let bucket = ranges.index(of: record.bucketKey)
    if state.pieces[bucket].last.map({ $0.count == Piece.capacity }) ?? true {
      state.pieces[bucket].append(Piece())
      state.bytes += Piece.capacity * MemoryLayout<Record>.stride
    }
    let piece = state.pieces[bucket].last!
    (piece.records + piece.count).initialize(to: record)
    piece.count += 1
  }

  private func spill(_ state: inout State) throws(FileError) {
    let writer = try RecordWriter<Record>(folder: folder, name: name, buckets: buckets)
    for bucket in state.pieces.indices {
      for piece in state.pieces[bucket] { try writer.add(piece.content) }
      state.pieces[bucket] = []
    }
    state.writer = writer
  }

  /// Ends the adding.
  func finish() throws(FileError) {
    try state.withLock { (state) throws(FileError) in try state.writer?.finish() }
  }

  /// The records of one bucket in order. To be called once a bucket, after `finish`.
  ///
  /// - Parameter memory: bytes for the sort of a bucket that is in a file.
  func sorted(_ bucket: Int, memory: Int) throws(FileError) -> SortedRecords<Record> {
    let (pieces, isInFile) = state.withLock { state in
      defer { state.pieces[bucket] = [] }
      return (state.pieces[bucket], state.writer != nil)
    }
    if isInFile {
      let sort = ExternalSort<Record>(memory: memory, spillFolder: folder)
      try sort.add(contentsOf: RecordBuckets.path(folder, name, bucket))
      return try sort.sorted()
    }
    let count = pieces.reduce(0) { $0 + $1.count }
    let buffer = GrowingBuffer<Record>()
    for piece in pieces {
      _ = buffer.room(for: piece.count, capacity: count).initialize(from: piece.content)
      buffer.grow(by: piece.count)
    }
    RecordSort.sort(buffer.records)
    return SortedRecords(buffer)
  }
}
