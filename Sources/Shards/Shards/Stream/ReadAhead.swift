import RingProtocol

/// Reads the parts of a stream ahead of their use, on a thread of its own.
///
/// Another part is read while less than 4 MiB wait besides the part in use: with blocks of 1 MiB and groups of 64 MiB
/// that is never more than about 132 MiB, whatever the dataset.
final class ReadAhead: @unchecked Sendable {
  /// Reads consecutive sequences of the dataset into memory of exactly their size.
  typealias Reading = @Sendable (Range<UInt64>, UnsafeMutableRawBufferPointer) throws -> Void

  private static let enoughBytes = 4 << 20

  private let order: EpochOrder
  private let end: UInt64
  private let sequenceBytes: Int
  private let read: Reading
  private let monitor = Monitor(State())

  /// What both threads see.
  private struct State {
    var generation = 0
    var nextPosition: UInt64 = 0
    var loaded: [LoadedPart] = []
    var failure: (any Error)?
    var isStopping = false
  }

  // Of the thread that copies.
  private var thread: WorkerThread?
  private var current: LoadedPart?

  /// - Parameter end: the first position behind the data, which is not read.
  init(order: EpochOrder, end: UInt64, sequenceBytes: Int, read: @escaping Reading) {
    (self.order, self.end, self.sequenceBytes, self.read) = (order, end, sequenceBytes, read)
  }

  deinit { precondition(thread == nil, "stop() comes before the end") }

  /// Forgets everything and reads from `position` on.
  func restart(at position: UInt64) {
    monitor.change {
      $0.generation += 1
      $0.nextPosition = position
      $0.loaded = []
      $0.failure = nil
    }
    current = nil
    if thread == nil { thread = WorkerThread { [self] in run() } }
  }

  /// Ends the reading thread; nothing else may be called afterwards.
  func stop() {
    monitor.change { $0.isStopping = true }
    thread?.join()
    thread = nil
  }

  /// Copies the sequences at `positions`, which begin at or behind those copied last, and waits for them to be read.
  ///
  /// Throws what reading threw, and `RingError.cancelled` when `flag` is set while waiting.
  func copy(
    _ positions: Range<UInt64>, into target: UnsafeMutableRawBufferPointer, flag: CancellationFlag?
  ) throws {
    var position = positions.lowerBound
    while position < positions.upperBound {
      let part = try part(holding: position, flag: flag)
      let end = min(positions.upperBound, part.order.positions.upperBound)
      let offset = Int(position - positions.lowerBound) * sequenceBytes
      let piece = target[offset..<offset + Int(end - position) * sequenceBytes]
      part.copy(
        position..<end, into: UnsafeMutableRawBufferPointer(rebasing: piece), width: sequenceBytes)
      position = end
    }
  }

  private func part(holding position: UInt64, flag: CancellationFlag?) throws -> LoadedPart {
    while true {
      if let current, current.order.positions.contains(position) { return current }
      // Freed before waiting, so that no more than the promised memory is in use.
      current = nil
      current = try monitor.wait(
        pausingEvery: 100,
        onPause: {
          if let signal = flag?.signal, signal != 0 { throw RingError.cancelled(signal: signal) }
        },
        until: { state -> Result<LoadedPart, any Error>? in
          if !state.loaded.isEmpty { return .success(state.loaded.removeFirst()) }
          return state.failure.map { .failure($0) }
        }
      ).get()
    }
  }

  private func run() {
    while let (generation, position) = nextTask() {
      let part = order.part(at: position)
      let result = Result { try load(part, generation) }
      monitor.change { state in
        guard generation == state.generation else { return }
        switch result {
        case .success(let bytes):
          state.loaded.append(LoadedPart(order: part, bytes: bytes))
          state.nextPosition = part.positions.upperBound
        case .failure(let error): state.failure = error
        }
      }
    }
  }

  /// What to read next, as soon as there is room for it; nil when this is to end.
  private func nextTask() -> (generation: Int, position: UInt64)? {
    monitor.wait { state -> (generation: Int, position: UInt64)?? in
      if state.isStopping { return .some(nil) }
      let waiting = state.loaded.reduce(0) { $0 + $1.bytes.memory.count }
      guard state.failure == nil, state.nextPosition < end, waiting < Self.enoughBytes else {
        return nil
      }
      return (state.generation, state.nextPosition)
    }
  }

  /// The part's sequences as they are read; given up early when they are not wanted any more.
  private func load(_ part: OrderPart, _ generation: Int) throws -> PartBytes {
    let bytes = PartBytes(count: part.positions.count * sequenceBytes)
    var offset = 0
    for run in part.runs
    where monitor.read({ !$0.isStopping && generation == $0.generation }) {
      let piece = bytes.memory[offset..<offset + run.count * sequenceBytes]
      try read(run, UnsafeMutableRawBufferPointer(rebasing: piece))
      offset = piece.endIndex
    }
    return bytes
  }
}

/// Memory of a part; freed with its last user.
private final class PartBytes: @unchecked Sendable {
  let memory: UnsafeMutableRawBufferPointer

  init(count: Int) { memory = .allocate(byteCount: count, alignment: 64) }

  deinit { memory.deallocate() }
}

private struct LoadedPart {
  let order: OrderPart
  let bytes: PartBytes

  /// Copies the sequences at `positions`, all of this part.
  func copy(_ positions: Range<UInt64>, into target: UnsafeMutableRawBufferPointer, width: Int) {
    if order.isSequential {
      let offset = Int(order.place(of: positions.lowerBound)) * width
      target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes.memory[offset..<offset + target.count]))
      return
    }
    let (source, target) = (bytes.memory.baseAddress!, target.baseAddress!)
    for (index, position) in positions.enumerated() {
      let offset = Int(order.place(of: position)) * width
      (target + index * width).copyMemory(from: source + offset, byteCount: width)
    }
  }
}
