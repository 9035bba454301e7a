import Glibc
import RingProtocol
import TestSupport

/// A trainer: receives batches in order from its checkpoint on, holds some for a while, saves how far it is.
struct ConsumerLife {
  private let life: Life
  private let ledger: Ledger
  private var random: SeededNumbers
  private var held: [RingBatch] = []
  /// How many batches this life holds at a time, and how long it takes over one.
  private let holding: Int
  private let pace: UInt32

  init(_ life: Life) {
    self.life = life
    ledger = life.ledger
    random = life.random
    holding = [0, 1, 2, 5, 20][random.next(below: 5)]
    pace = [0, 0, 0, 300, 2000][random.next(below: 5)]
  }

  mutating func run() throws {
    let start = chooseStart()
    var consumer = try RingConsumer(
      attaching: Life.ring, directory: life.directory,
      startingAt: life.mutant == .forgetCheckpoint ? nil : start)
    ledger.count(.consumerLives)
    var isFirst = start == nil
    do throws(RingError) {
      while let batch = try consumer.next() {
        try receive(batch, isFirst: isFirst, from: &consumer)
        isFirst = false
      }
    } catch {
      switch error {
      // It died while it closed the ring: the next one makes another.
      case .closedBeforeSeek: exit(0)
      default: throw Caught("\(error)")
      }
    }
    try finish(wentOn: isFirst)
  }

  /// The checkpoint, sometimes an older one; nil where this life goes on with what the last one did not give back.
  private mutating func chooseStart() -> UInt64? {
    let roll = random.next(below: 10)
    if roll < 3, ledger[.isUnderWay] == 1 {
      ledger.count(.wentOn)
      return nil
    }
    ledger[.isUnderWay] = 0
    if roll == 9 { goBack() }
    return ledger[.checkpoint]
  }

  private mutating func goBack() {
    let checkpoint = ledger[.checkpoint]
    ledger[.checkpoint] = checkpoint - UInt64(random.next(below: Int(min(checkpoint, 3000)) + 1))
    ledger.count(.wentBack)
  }

  private mutating func receive(
    _ batch: RingBatch, isFirst: Bool, from consumer: inout RingConsumer
  ) throws(RingError) {
    let expected = ledger[.checkpoint]
    // Without a seek, what the last life had in hand comes once more; nothing may be left out.
    guard batch.firstPosition == expected || isFirst && batch.firstPosition < expected else {
      complain("position \(batch.firstPosition) instead of \(expected)")
    }
    if life.mutant == .releaseBeforeUse {
      consumer.release(batch)
      usleep(300)
      return check(batch)
    }
    check(batch)
    ledger[.checkpoint] = batch.nextPosition
    ledger[.isUnderWay] = 1
    ledger.count(.received)
    held.append(batch)
    if pace > 0, random.isOneIn(8) { usleep(pace) }
    while held.count > holding {
      // In any order, but the oldest before it has kept all of the ring's slots.
      let isOld = batch.number - held[0].number > 40
      let batch = held.remove(at: isOld ? 0 : random.next(below: held.count))
      // It was read all the time: it still holds what it held.
      check(batch)
      consumer.release(batch)
    }
  }

  private func check(_ batch: RingBatch) {
    if !Material.isRight(batch.tokens, from: batch.firstPosition, count: batch.count) {
      complain("torn tokens at position \(batch.firstPosition)")
    }
  }

  /// At the end of the data: everything was received. Then from the beginning, or from somewhere in the middle while the ring closes.
  private mutating func finish(wentOn: Bool) throws {
    let reached = ledger[.checkpoint]
    guard reached == Material.end else {
      throw Caught("the end at position \(reached) of \(Material.end)")
    }
    ledger[.isUnderWay] = 0
    ledger.count(.passes)
    ledger[.checkpoint] = random.isOneIn(2) ? 0 : UInt64(random.next(below: Int(Material.end)))
  }

  private func complain(_ what: String) -> Never {
    say("caught: \(what)\n")
    exit(3)
  }
}
