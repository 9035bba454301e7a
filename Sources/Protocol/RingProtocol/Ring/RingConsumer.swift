import CPlatform
import Synchronization

/// A batch that a consumer holds: the slot is its own until it is released.
public struct RingBatch {
  /// Counts the ring's batches.
  public let number: UInt64
  /// The position of its first sequence; the others follow it.
  public let firstPosition: UInt64
  /// How many sequences it holds.
  public let count: Int
  /// Where the stream goes on behind it.
  public let nextPosition: UInt64
  /// `count` sequences, one after the other, in shared memory; valid until the batch is released.
  public let tokens: UnsafeRawBufferPointer
}

/// The side that takes batches out of a ring.
///
/// One thread uses it. Several batches may be held at a time, and released in any order; a slot is written again only
/// when it and all before it are released. A value that is dropped leaves what it held to the next consumer.
public struct RingConsumer: ~Copyable {
  public let name: String
  /// What the ring carries.
  public let header: RingHeader

  private let object: RingObject
  private let shape: RingShape
  private let patience: Duration
  private let cancellation: CancellationFlag?
  private let generation: UInt64
  private let seek: UInt64?
  private var taken: UInt64
  private var released: UInt64
  private var releasedEarly: Set<UInt64> = []

  /// How long `next` has waited for data, in nanoseconds.
  public private(set) var waitNanoseconds: UInt64 = 0

  private var cells: RingCells { object.cells }

  /// Attaches to the ring `name`, waiting at most `patience` for it to be there.
  ///
  /// With `startingAt`, batches begin at this position: what was made for another is passed over. Without, the first
  /// batch is the first that no consumer released. `patience` is also how long `next` waits for the successor of a
  /// dead producer. Refused: a ring with a living consumer, an object that is no ring or of another version.
  public init(
    attaching name: String, directory: RingDirectory, patience: Duration = .seconds(20),
    startingAt position: UInt64? = nil, cancellation: CancellationFlag? = nil
  ) throws(RingError) {
    let attached = try Self.attach(
      name: name, directory: directory, patience: patience, seek: position,
      cancellation: cancellation)
    self.name = name
    self.patience = patience
    self.cancellation = cancellation
    seek = position
    header = attached.header
    shape = attached.shape
    let cells = attached.object.cells
    generation = cells.streamGeneration.pointee.load(ordering: .relaxed)
    released = cells.released.pointee.load(ordering: .relaxed)
    taken = released
    object = attached.object
  }

  /// How many batches were received from this ring, by all its consumers, when `next` was last called.
  public var batchesTaken: UInt64 { taken }

  /// Whether a producer lives.
  public var producerIsAlive: Bool { object.isHeld(RingLayout.producerLine) }

  /// How many batches may be held at a time.
  public var slotCount: Int { shape.slotCount }

  /// The next batch, or nil at the end of the data; waits for it without using the processor.
  ///
  /// Its checksum was verified. Throws when the producer was stopped or failed (after everything that it had published),
  /// when it died and no other came within the patience, when the batch is damaged, and when the cancellation flag is
  /// set. Not all slots may be
  /// held by this consumer (a slot counts until it and all before it are released): nothing could ever come.
  public mutating func next() throws(RingError) -> RingBatch? {
    while true {
      try checkCancellation()
      switch look() {
      case .batch:
        if let batch = try take() { return batch }
      case .end: return nil
      case .over(let error): throw error
      case .nothing: try wait()
      }
    }
  }

  /// Gives the batch's slot back to the producer. Its tokens must not be read any more.
  public mutating func release(_ batch: RingBatch) { release(number: batch.number) }

  private mutating func release(number: UInt64) {
    precondition(
      number >= released && number < taken && !releasedEarly.contains(number),
      "batch \(number) is not held")
    guard number == released else {
      releasedEarly.insert(number)
      return
    }
    released += 1
    while releasedEarly.remove(released) != nil { released += 1 }
    // Pairs with the producer's acquire load: it writes the slot only after our last look at it.
    cells.released.pointee.store(released, ordering: .releasing)
    cells.spaceBell.ring()
  }

  private enum Sight {
    case batch, nothing, end
    case over(RingError)

    var isNothing: Bool { if case .nothing = self { true } else { false } }
  }

  /// What there is now. The loads are in this order because the producer stores in the other one: batches, then the
  /// end; READY, then the generation that it serves.
  private func look() -> Sight {
    let served = cells.servedGeneration.pointee.load(ordering: .acquiring)
    let state = cells.state()
    let published = cells.published.pointee.load(ordering: .acquiring)
    if published != taken {
      guard published > taken, published - released <= UInt64(shape.slotCount) else {
        return .over(damaged("\(published) batches published of which \(taken) were taken"))
      }
      return .batch
    }
    switch state {
    case .ready: return .nothing
    case .draining: return served == generation ? .end : .nothing
    case .closed:
      return served == generation ? .end : .over(.closedBeforeSeek(name: name, position: seek ?? 0))
    case .interrupted: return .over(.interrupted(name: name, taken: taken))
    case .failed: return .over(.failed(name: name, reason: cells.failure))
    case .initializing, nil: return .over(damaged("an unknown state"))
    }
  }

  /// Takes the next published batch; nil where it was made for another stream generation and is passed over.
  private mutating func take() throws(RingError) -> RingBatch? {
    let index = Int(taken & UInt64(shape.slotCount - 1))
    let descriptor = RingDescriptor(from: cells.descriptor(slot: index))
    guard descriptor.batchNumber == taken else {
      throw damaged("the descriptor of batch \(descriptor.batchNumber)")
    }
    taken += 1
    if descriptor.streamGeneration != generation {
      release(number: descriptor.batchNumber)
      return nil
    }
    let count = Int(descriptor.count)
    guard count > 0, count <= header.slotSequences else { throw damaged("\(count) sequences") }
    let tokens = UnsafeRawBufferPointer(
      start: cells.base + shape.slotsOffset + index * shape.slotBytes,
      count: count * header.sequenceBytes)
    guard Checksum.xxh3(tokens) == descriptor.checksum else {
      throw damaged("tokens whose checksum does not hold")
    }
    return RingBatch(
      number: descriptor.batchNumber, firstPosition: descriptor.firstPosition, count: count,
      nextPosition: descriptor.nextPosition, tokens: tokens)
  }

  private mutating func wait() throws(RingError) {
    precondition(
      taken - released < UInt64(shape.slotCount),
      "all \(shape.slotCount) slots are held: release one")
    var left = Patience(patience)
    cells.consumerStalls.pointee.add(1, ordering: .relaxed)
    let waited = try cells.dataBell.wait(
      until: { !look().isNothing },
      afterRound: { (round) throws(RingError) in
        try checkCancellation()
        if object.isHeld(RingLayout.producerLine) { return left.renew() }
        left.spend(round)
        if left.isExhausted { throw .producerGone(name: name, waited: left.spent, taken: taken) }
      })
    waitNanoseconds += waited
    cells.consumerWait.pointee.add(waited, ordering: .relaxed)
  }

  private func damaged(_ found: String) -> RingError {
    .damagedBatch(name: name, batch: taken, found: found)
  }

  private func checkCancellation() throws(RingError) {
    if let signal = cancellation?.signal, signal != 0 { throw .cancelled(signal: signal) }
  }
}
