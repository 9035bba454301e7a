import RingProtocol

/// Merges sorted runs.
final class RunMerger<Record: ExchangeRecord> {
  private let sources: [Source]
  /// The sources that have records, as a heap by their current one.
  private var heap: [Int] = []

  /// A run with the part of it that is in memory.
  private final class Source {
    private let run: SortedRun<Record>
    private let buffer: UnsafeMutableBufferPointer<Record>
    private var filled = 0
    private var at = 0
    private var next = 0

    init(_ run: SortedRun<Record>, capacity: Int) {
      self.run = run
      buffer = .allocate(capacity: capacity)
    }

    deinit {
      buffer.deallocate()
    }

    var current: Record { buffer[at] }

    /// Goes on to the next record; false at the end. To be called before the first one too.
    func advance() throws(FileError) -> Bool {
      at += 1
      guard at >= filled else { return true }
      filled = try run.read(from: next, into: buffer)
      next += filled
      at = 0
      return filled > 0
    }
  }

  /// - Parameter memory: bytes for the buffers of all runs together; each has room for at least one record.
  init(_ runs: [SortedRun<Record>], memory: Int) throws(FileError) {
    let room = memory / max(1, runs.count) / MemoryLayout<Record>.stride
    // More than a mebibyte a run would not read faster.
    let capacity = max(1, min(room, (1 << 20) / MemoryLayout<Record>.stride))
    sources = runs.map { Source($0, capacity: capacity) }
    for index in sources.indices where try sources[index].advance() { heap.append(index) }
    for root in (0..<heap.count / 2).reversed() { sift(root) }
  }

  /// The next record of all; nil at the end.
  func next() throws(FileError) -> Record? {
    guard let first = heap.first else { return nil }
    let record = sources[first].current
    if try !sources[first].advance() {
      let last = heap.removeLast()
      if heap.isEmpty { return record }
      heap[0] = last
    }
    sift(0)
    return record
  }

  private func sift(_ root: Int) {
    guard heap.count > 1 else { return }
    var place = root
    let moved = heap[root]
    let record = sources[moved].current
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, sources[heap[child + 1]].current < sources[heap[child]].current {
        child += 1
      }
      guard sources[heap[child]].current < record else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = moved
  }
}
