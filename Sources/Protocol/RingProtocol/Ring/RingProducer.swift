import CRing
import Glibc
import Synchronization

/// The side that fills a ring with batches.
///
/// One thread uses it. A ring whose producer died is taken over: the successor goes on exactly behind the last batch
/// published. A value that is dropped without `end` leaves the ring as a killed process would.
public struct RingProducer: ~Copyable {
  public let name: String
  public let header: RingHeader
  /// Whether the ring of a dead producer was taken over.
  public let tookOver: Bool
  /// Where the stream has to go on: the start asked for, or what the predecessor or the consumer left.
  public let position: UInt64

  private let object: RingObject
  private let shape: RingShape
  private let cancellation: CancellationFlag?
  private let generation: UInt64
  private var published: UInt64
  private var released: UInt64
  private var served: UInt64

  private var cells: RingCells { object.cells }

  /// Where this process sees the ring.
  var base: UnsafeMutableRawPointer { object.base }

  /// What `claim` found.
  public enum Claim {
    /// A free slot, to be filled and published.
    case slot(UnsafeMutableRawBufferPointer)
    /// The consumer wants the stream from this position on; what was made before is void.
    case seek(UInt64)
    /// Nobody has consumed for the grace time, and from now on nobody can: the ring is to be ended.
    case abandoned
  }

  /// What `drain` found.
  public enum Drained: Equatable, Sendable {
    /// Every batch is released: the ring is closed.
    case released
    case seek(UInt64)
    case abandoned
  }

  /// How a producer leaves.
  public enum End: Equatable, Sendable {
    /// The data has ended.
    case closed
    /// Stopped before the end.
    case interrupted
    /// It cannot go on; the consumer is told why.
    case failed(String)
  }

  /// Makes the ring `name`, or takes over the one of a dead producer whose consumer still lives.
  ///
  /// A ring that nobody holds is removed and made anew. Refused: a ring with a living producer, one whose living
  /// consumer is fed with another stream, an object that is no ring or of another version, and too little space.
  public init(
    name: String, directory: RingDirectory, header: RingHeader, startingAt start: UInt64,
    cancellation: CancellationFlag? = nil
  ) throws(RingError) {
    let opening = try Self.open(name: name, directory: directory, header: header)
    let cells = opening.object.cells
    if opening.isNew {
      var random = SystemRandomNumberGenerator()
      let uuid = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
      header.write(to: cells.base, shape: opening.shape, uuid: uuid, created: Self.now())
      cells.servedPosition.pointee.store(start, ordering: .relaxed)
    }
    self.name = name
    self.header = header
    self.tookOver = !opening.isNew
    self.cancellation = cancellation
    shape = opening.shape
    generation = cells.producerGeneration.pointee.load(ordering: .relaxed) + 1
    published = cells.published.pointee.load(ordering: .acquiring)
    released = cells.released.pointee.load(ordering: .acquiring)
    served = cells.servedGeneration.pointee.load(ordering: .acquiring)
    position = Self.position(cells, shape)
    cells.producerGeneration.pointee.store(generation, ordering: .relaxed)
    cells.producerPID.pointee.store(UInt32(bitPattern: getpid()), ordering: .relaxed)
    if opening.isNew { cells.setState(.ready) }
    cells.dataBell.ringAnyway()
    object = opening.object
  }

  /// Where a producer goes on: behind the last batch of the generation that is served, or, where that has none yet,
  /// at its beginning. (A seek that nobody serves yet is answered by the first `claim`.)
  private static func position(_ cells: RingCells, _ shape: RingShape) -> UInt64 {
    let published = cells.published.pointee.load(ordering: .acquiring)
    if published > 0 {
      let last = RingDescriptor(
        from: cells.descriptor(slot: Int((published - 1) & UInt64(shape.slotCount - 1))))
      let served = cells.servedGeneration.pointee.load(ordering: .acquiring)
      if last.streamGeneration == served { return last.nextPosition }
    }
    return cells.servedPosition.pointee.load(ordering: .relaxed)
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Whether a consumer lives.
  public var consumerIsAlive: Bool { object.isHeld(RingLayout.consumerLine) }

  /// Batches that were published and that the consumer has not given back.
  public var unreleased: UInt64 {
    published &- cells.released.pointee.load(ordering: .acquiring)
  }

  /// Waits for a free slot, a seek, or the end of the grace time without a consumer; uses no processor meanwhile.
  ///
  /// Throws `cancelled` once the cancellation flag is set.
  public mutating func claim(grace: Duration) throws(RingError) -> Claim {
    try checkCancellation()
    if let position = takeSeek() { return .seek(position) }
    let slotCount = UInt64(shape.slotCount)
    if published - released >= slotCount { released = try loadReleased() }
    if published - released < slotCount { return .slot(slot()) }
    guard try waitForConsumer(grace, until: { $0 < slotCount }) else { return .abandoned }
    return try claim(grace: grace)
  }

  /// Hands the claimed slot over: `count` sequences of the stream from `first` on, behind which it stands at `next`.
  public mutating func publish(first: UInt64, count: Int, next: UInt64) {
    precondition(
      count > 0 && count <= header.slotSequences, "\(count) sequences of \(header.slotSequences)")
    let payload = UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(slot())[..<(count * header.sequenceBytes)])
    RingDescriptor(
      batchNumber: published, streamGeneration: served, producerGeneration: generation,
      firstPosition: first,
      nextPosition: next, count: UInt32(count), checksum: Checksum.xxh3(payload), time: ring_clock()
    ).write(to: cells.descriptor(slot: Int(published & UInt64(shape.slotCount - 1))))
    published += 1
    // Pairs with the consumer's acquire load of `published`: it sees the slot and its descriptor.
    cells.published.pointee.store(published, ordering: .releasing)
    cells.dataBell.ring()
  }

  /// Says that the data has ended and waits until all of it is released, the consumer seeks, or the grace time ends
  /// without a consumer. Before a first consumer nothing counts as released.
  public mutating func drain(grace: Duration) throws(RingError) -> Drained {
    cells.setState(.draining)
    cells.dataBell.ring()
    while true {
      try checkCancellation()
      if let position = takeSeek() { return .seek(position) }
      let cells = self.cells
      let isDrained = { (used: UInt64) in
        used == 0 && cells.consumerGeneration.pointee.load(ordering: .acquiring) > 0
      }
      if isDrained(published - (try loadReleased())) {
        cells.setState(.closed)
        // A consumer that attaches stores its seek, fences, and then looks at the state: one of us sees the other.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard let position = takeSeek() else { return .released }
        return .seek(position)
      }
      guard try waitForConsumer(grace, until: isDrained) else { return .abandoned }
    }
  }

  /// Leaves: sets the final state, wakes the consumer, removes the name. A consumer keeps what it has mapped.
  public consuming func end(_ end: End) {
    switch end {
    case .closed: cells.setState(.closed)
    case .interrupted: cells.setState(.interrupted)
    case .failed(let reason):
      cells.setFailure(reason)
      cells.errorCode.pointee.store(1, ordering: .relaxed)
      cells.setState(.failed)
    }
    cells.dataBell.ringAnyway()
    object.removeName()
  }

  /// Adds to the ring's counters what was read to fill it.
  public func count(framesVerified: UInt64, damagedFrames: UInt64 = 0) {
    cells.framesVerified.pointee.add(framesVerified, ordering: .relaxed)
    cells.damagedFrames.pointee.add(damagedFrames, ordering: .relaxed)
  }

  private func slot() -> UnsafeMutableRawBufferPointer {
    let index = Int(published & UInt64(shape.slotCount - 1))
    let base = cells.base + shape.slotsOffset + index * shape.slotBytes
    return UnsafeMutableRawBufferPointer(start: base, count: header.slotPayloadBytes)
  }

  /// Pairs with the consumer's release store: it is done with the slots below.
  private func loadReleased() throws(RingError) -> UInt64 {
    let released = cells.released.pointee.load(ordering: .acquiring)
    guard released <= published else {
      throw .notARing(
        path: object.path, found: "\(released) batches released of \(published) published")
    }
    return released
  }

  /// The position of a seek that is not served yet; from now on it is.
  private mutating func takeSeek() -> UInt64? {
    let wanted = cells.streamGeneration.pointee.load(ordering: .acquiring)
    guard wanted != served else { return nil }
    let position = cells.seekPosition.pointee.load(ordering: .relaxed)
    cells.servedPosition.pointee.store(position, ordering: .relaxed)
    cells.setState(.ready)
    // Whoever loads the new generation sees READY, never the end of the generation before.
    cells.servedGeneration.pointee.store(wanted, ordering: .releasing)
    served = wanted
    cells.dataBell.ring()
    return position
  }

  /// Sleeps until `isReady(used slots)` or a seek; false when the grace time ended without a consumer, whose
  /// life line is then ours, so that none can come any more.
  private func waitForConsumer(
    _ grace: Duration, until isReady: (UInt64) -> Bool
  ) throws(RingError) -> Bool {
    var patience = Patience(grace)
    var isAbandoned = false
    let (cells, published, served) = (self.cells, self.published, self.served)
    cells.producerStalls.pointee.add(1, ordering: .relaxed)
    let waited = try cells.spaceBell.wait(
      until: {
        isAbandoned || cells.streamGeneration.pointee.load(ordering: .acquiring) != served
          || isReady(published &- cells.released.pointee.load(ordering: .acquiring))
      },
      afterRound: { (round) throws(RingError) in
        try checkCancellation()
        if object.isHeld(RingLayout.consumerLine) { return patience.renew() }
        patience.spend(round)
        isAbandoned = patience.isExhausted && object.tryLine(RingLayout.consumerLine)
      })
    cells.producerWait.pointee.add(waited, ordering: .relaxed)
    return !isAbandoned
  }

  private func checkCancellation() throws(RingError) {
    if let signal = cancellation?.signal, signal != 0 { throw .cancelled(signal: signal) }
  }
}
