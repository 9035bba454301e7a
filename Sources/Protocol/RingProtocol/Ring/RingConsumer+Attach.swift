import CPlatform
import Glibc
import Synchronization

/// How a consumer comes to its ring.
extension RingConsumer {
  struct Attached: ~Copyable {
    let object: RingObject
    let header: RingHeader
    let shape: RingShape
  }

  /// The ring `name` with the consumer's life line taken and the seek asked for; looks for it every 20 ms until
  /// `patience` is spent.
  static func attach(
    name: String, directory: RingDirectory, patience: Duration, seek: UInt64?,
    cancellation: CancellationFlag?
  ) throws(RingError) -> Attached {
    var left = Patience(patience)
    var last = ring_clock()
    while true {
      if let signal = cancellation?.signal, signal != 0 { throw .cancelled(signal: signal) }
      if let attached = try attachNow(name: name, directory: directory, seek: seek) {
        return attached
      }
      if left.isExhausted { throw .notThere(name: name, waited: left.spent) }
      usleep(20_000)
      let now = ring_clock()
      left.spend(.nanoseconds(now - last))
      last = now
    }
  }

  /// The same without waiting; nil where the ring is not there, not made yet, or at its end.
  private static func attachNow(
    name: String, directory: RingDirectory, seek: UInt64?
  ) throws(RingError) -> Attached? {
    guard case .opened(let object) = try directory.open(name) else { return nil }
    guard let (header, shape) = try usable(object) else { return nil }
    guard object.takeLine(RingLayout.consumerLine) else {
      if !object.isCurrent { return nil }
      let pid = object.cells.consumerPID.pointee.load(ordering: .relaxed)
      throw .consumerPresent(name: name, pid: Int32(bitPattern: pid))
    }
    guard object.isCurrent, announce(object.cells, seek: seek) else { return nil }
    return Attached(object: object, header: header, shape: shape)
  }

  /// What the object carries, checked; nil while it is being made, and after its end.
  private static func usable(
    _ object: borrowing RingObject
  ) throws(RingError) -> (header: RingHeader, shape: RingShape)? {
    if object.mayBecomeRing, object.cells.state() == .initializing { return nil }
    let found = try object.header()
    guard let state = object.cells.state() else {
      throw .notARing(path: object.path, found: "an unknown state")
    }
    return state.isFinal ? nil : found
  }

  /// Enters this consumer into the ring, asks for the seek and wakes the producer; false where the producer left
  /// before it could see the seek.
  private static func announce(_ cells: RingCells, seek: UInt64?) -> Bool {
    cells.consumerPID.pointee.store(UInt32(bitPattern: getpid()), ordering: .relaxed)
    cells.consumerGeneration.pointee.add(1, ordering: .releasing)
    if let seek {
      cells.seekPosition.pointee.store(seek, ordering: .relaxed)
      // Pairs with the producer's acquire load: it sees the position that belongs to the generation.
      cells.streamGeneration.pointee.add(1, ordering: .releasing)
    }
    // The producer that closes stores its state, fences, and then looks for a seek: one of us sees the other.
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    cells.spaceBell.ringAnyway()
    guard let state = cells.state() else { return true }
    return !state.isFinal
  }
}
