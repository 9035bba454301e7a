import Glibc
import RingProtocol
import TestSupport

/// A streamer: fills the ring to the end of the stream, goes where the consumer seeks.
struct ProducerLife {
  private let life: Life
  private var random: SeededNumbers
  private var position: UInt64 = 0
  /// Some lives are in a hurry, so that the ring is full, others so slow that it is empty.
  private let pace: UInt32

  init(_ life: Life) {
    self.life = life
    random = life.random
    pace = [0, 0, 0, 300, 2000][random.next(below: 5)]
  }

  mutating func run() throws {
    if let mutant = life.mutant { meddle(mutant) }
    var producer = try RingProducer(
      name: Life.ring, directory: life.directory, header: Material.header,
      startingAt: life.ledger[.checkpoint])
    life.ledger.count(.producerLives)
    position = producer.position
    while true {
      guard position < Material.end else {
        switch try producer.drain(grace: .seconds(60)) {
        case .released: return producer.end(.closed)
        case .seek(let target): seek(target)
        case .abandoned: throw Caught("a producer was left alone for a minute")
        }
        continue
      }
      switch try producer.claim(grace: .seconds(60)) {
      case .abandoned: throw Caught("a producer was left alone for a minute")
      case .seek(let target): seek(target)
      case .slot(let slot): publish(&producer, slot)
      }
    }
  }

  private mutating func seek(_ target: UInt64) {
    if life.mutant != .ignoreSeek { position = target }
  }

  private mutating func publish(
    _ producer: inout RingProducer, _ slot: UnsafeMutableRawBufferPointer
  ) {
    let next = min(position + Material.batch, Material.end)
    let count = Int(next - position)
    if life.mutant == .publishBeforeFill {
      producer.publish(first: position, count: count, next: next)
      Material.fill(slot, from: position, count: count)
    } else {
      Material.fill(slot, from: position, count: count)
      // Long enough now and then for the end to come in the middle.
      if random.isOneIn(40) { usleep(200) }
      producer.publish(first: position, count: count, next: next)
    }
    position = next
    if pace > 0, random.isOneIn(8) { usleep(pace) }
  }

  /// What a wrong successor does to the ring before it takes it over.
  private func meddle(_ mutant: Mutant) {
    guard mutant == .restartAtReleased || mutant == .rewritePublished,
      let window = Window(life.directory.memory, writable: true), window.isReady
    else { return }
    let (published, released) = (window.published, window.released)
    guard published > released else { return }
    if mutant == .restartAtReleased {
      window.cursor(RingLayout.published).pointee.store(released, ordering: .releasing)
    } else {
      let time = window.descriptor(published - 1) + RingLayout.batchTime
      time.storeBytes(of: time.load(as: UInt64.self) + 1, as: UInt64.self)
    }
  }
}
