import Glibc

/// How a producer comes to its ring.
extension RingProducer {
  struct Opening: ~Copyable {
    let object: RingObject
    let shape: RingShape
    let isNew: Bool
  }

  /// The ring `name` with the producer's life line taken: a new one, or that of a living consumer without a producer.
  static func open(
    name: String, directory: RingDirectory, header: RingHeader
  ) throws(RingError) -> Opening {
    // Each round ends because of what another process did meanwhile; many in a row mean that it never will.
    for _ in 0..<200 {
      switch try directory.open(name) {
      case .opened(let object):
        guard object.takeLine(RingLayout.producerLine) else {
          if !object.isCurrent { continue }
          throw .producerPresent(name: name, pid: pid(object.cells.producerPID))
        }
        guard object.isCurrent else { continue }
        if let shape = try shapeToTakeOver(object, name: name, header: header) {
          return Opening(object: object, shape: shape, isNew: false)
        }
        object.removeName()
      case .unfinished:
        usleep(10_000)
        try directory.removeUnfinished(name)
      case .absent:
        let shape = RingShape(payloadBytes: header.slotPayloadBytes)
        if case .opened(let object) = try directory.create(name, byteCount: shape.totalBytes) {
          return Opening(object: object, shape: shape, isNew: true)
        }
      }
    }
    throw .producerPresent(name: name, pid: 0)
  }

  /// The cut of an existing ring that has to be gone on with, nil where it is to be removed; refused where neither
  /// may be done. The producer's life line is ours.
  private static func shapeToTakeOver(
    _ object: borrowing RingObject, name: String, header: RingHeader
  ) throws(RingError) -> RingShape? {
    let state = object.cells.state()
    if state == .initializing, object.mayBecomeRing { return nil }
    let (found, shape) = try object.header()
    guard let state, state != .initializing else {
      throw .notARing(path: object.path, found: "an unknown state")
    }
    if state.isFinal || object.tryLine(RingLayout.consumerLine) { return nil }
    if let difference = found.difference(from: header) {
      throw .otherStream(
        name: name, field: difference.field, found: difference.own, expected: difference.other)
    }
    return shape
  }

  private static func pid(_ cell: RingCells.Word) -> Int32 {
    Int32(bitPattern: cell.pointee.load(ordering: .relaxed))
  }
}
