import CRing

/// What a ring looks like from outside at one moment.
public struct RingStatus: Sendable {
  public let name: String
  public let path: String
  public let bytes: Int
  public let header: RingHeader
  public let state: RingState
  /// The process that produces, nil where none lives.
  public let producerPID: Int32?
  /// The process that consumes, nil where none lives.
  public let consumerPID: Int32?
  public let slotCount: Int
  public let slotBytes: Int
  /// Batches published and released since the ring was made.
  public let published: UInt64
  public let released: UInt64
  /// The position after the last batch published, nil before the first.
  public let nextPosition: UInt64?
  /// Batches a second since the oldest batch that is still described; nil before there are two.
  public let recentBatchesPerSecond: Double?
  public let producerGeneration: UInt64
  public let consumerGeneration: UInt64
  public let streamGeneration: UInt64
  /// How often, and how long, each side waited for the other.
  public let producerStalls: UInt64
  public let producerWaitNanoseconds: UInt64
  public let consumerStalls: UInt64
  public let consumerWaitNanoseconds: UInt64
  public let framesVerified: UInt64
  public let damagedFrames: UInt64
  /// Why the producer failed; empty where it did not.
  public let failure: String
}

extension RingDirectory {
  /// The ring `name` as it is now; takes nothing and disturbs nobody.
  public func status(of name: String) throws(RingError) -> RingStatus {
    guard case .opened(let object) = try open(name, writable: false) else {
      throw .notThere(name: name, waited: .zero)
    }
    let cells = object.cells
    guard let state = cells.state(), state != .initializing else {
      throw .notARing(path: object.path, found: "one that is not made yet")
    }
    let (header, shape) = try object.header()
    let released = cells.released.pointee.load(ordering: .acquiring)
    let published = cells.published.pointee.load(ordering: .acquiring)
    let last =
      published > 0 ? cells.descriptor(slot: Int((published - 1) % UInt64(shape.slotCount))) : nil
    func owner(_ line: Int64, _ pid: RingCells.Word) -> Int32? {
      object.isHeld(line) ? Int32(bitPattern: pid.pointee.load(ordering: .relaxed)) : nil
    }
    func count(_ cell: RingCells.Cursor) -> UInt64 { cell.pointee.load(ordering: .relaxed) }
    return RingStatus(
      name: name, path: object.path, bytes: object.byteCount, header: header, state: state,
      producerPID: owner(RingLayout.producerLine, cells.producerPID),
      consumerPID: owner(RingLayout.consumerLine, cells.consumerPID),
      slotCount: shape.slotCount, slotBytes: shape.slotBytes, published: published,
      released: released,
      nextPosition: last.map { RingDescriptor(from: $0).nextPosition },
      recentBatchesPerSecond: Self.rate(cells, published: published, slotCount: shape.slotCount),
      producerGeneration: count(cells.producerGeneration),
      consumerGeneration: count(cells.consumerGeneration),
      streamGeneration: count(cells.streamGeneration),
      producerStalls: count(cells.producerStalls),
      producerWaitNanoseconds: count(cells.producerWait),
      consumerStalls: count(cells.consumerStalls),
      consumerWaitNanoseconds: count(cells.consumerWait),
      framesVerified: count(cells.framesVerified), damagedFrames: count(cells.damagedFrames),
      failure: state == .failed ? cells.failure : "")
  }

  /// By the times at which the last batches were made; it falls while nothing comes.
  private static func rate(_ cells: RingCells, published: UInt64, slotCount: Int) -> Double? {
    let count = min(published, UInt64(slotCount))
    guard count > 1 else { return nil }
    let slot = Int((published - count) % UInt64(slotCount))
    let (oldest, now) = (RingDescriptor(from: cells.descriptor(slot: slot)).time, ring_clock())
    return now > oldest ? Double(count) / (Double(now - oldest) / 1e9) : nil
  }
}
