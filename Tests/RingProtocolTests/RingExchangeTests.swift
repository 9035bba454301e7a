import RingProtocol
import Synchronization
import TestSupport
import Testing

struct RingExchangeTests {
  @Test(arguments: [1, 3, 8, 500])
  func `batches arrive once, in order and whole, then the end`(batch: Int) throws {
    try RingTestKit.run(RingTestKit.header(batch: batch)) { kit in
      let count: UInt64 = 1000
      let producing = WorkerThread {
        do {
          var producer = try kit.producer()
          for number in 0..<count {
            while true {
              guard case .slot = try producer.claim(grace: .seconds(60)) else { continue }
              try kit.publish(&producer, number * UInt64(batch))
              break
            }
          }
          #expect(try producer.drain(grace: .seconds(60)) == .released)
          producer.end(.closed)
        } catch { Issue.record(error) }
      }
      var consumer = try kit.consumer()
      let header = consumer.header
      #expect(header == kit.header)
      var expected: UInt64 = 0
      while let batch = try consumer.next() {
        #expect(batch.firstPosition == expected)
        #expect(kit.isRight(batch))
        expected = batch.nextPosition
        consumer.release(batch)
      }
      producing.join()
      #expect(expected == count * UInt64(batch))
      #expect(kit.directory.names().isEmpty)
    }
  }

  @Test func `several batches are held and released in any order`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      var consumer = try kit.consumer()
      var next: UInt64 = 0
      var held: [RingBatch] = []
      var expected: UInt64 = 0
      var random = SeededNumbers(1)
      for _ in 0..<3000 {
        if random.next() % 2 == 0, next - expected < 64 * 8, held.count < 40,
          next / 8 - (held.first?.number ?? expected / 8) < 64
        {
          try kit.publish(&producer, next)
          next += 8
        } else if random.next() % 2 == 0, expected < next {
          let batch = try kit.next(&consumer)
          #expect(batch.firstPosition == expected)
          expected += 8
          held.append(batch)
        } else if !held.isEmpty {
          let batch = held.remove(at: Int(random.next() % UInt64(held.count)))
          #expect(kit.isRight(batch))
          consumer.release(batch)
          held.sort { $0.number < $1.number }
        }
      }
      #expect(held.allSatisfy { kit.isRight($0) })
    }
  }

  @Test func `a full ring makes the producer wait until a slot is free`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      var consumer = try kit.consumer()
      for number in 0..<UInt64(consumer.slotCount) { try kit.publish(&producer, number * 8) }
      let releases = Atomic(0)
      let waiting = Mutex<RingProducer?>(producer)
      let thread = WorkerThread {
        guard var producer = waiting.withLock({ $0.take() }) else { return }
        let claim = try? producer.claim(grace: .seconds(60))
        #expect(releases.load(ordering: .acquiring) == 1)
        if case .slot = claim {} else { Issue.record("no slot") }
      }
      while try kit.directory.status(of: kit.name).producerStalls == 0 {}
      let batch = try kit.next(&consumer)
      releases.store(1, ordering: .releasing)
      consumer.release(batch)
      thread.join()
    }
  }

  @Test func `a consumer may come before its ring`() throws {
    try RingTestKit.run { kit in
      let attached = Atomic(false)
      let thread = WorkerThread {
        do {
          var consumer = try kit.consumer()
          attached.store(true, ordering: .releasing)
          let batch = try kit.next(&consumer)
          #expect(kit.isRight(batch))
        } catch { Issue.record(error) }
      }
      var producer = try kit.producer()
      while !attached.load(ordering: .acquiring) {}
      try kit.publish(&producer, 0)
      thread.join()
    }
  }

  @Test func `waiting is counted on both sides`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      let thread = WorkerThread {
        do {
          var consumer = try kit.consumer()
          _ = try consumer.next()
          let waited = consumer.waitNanoseconds
          #expect(waited > 0)
        } catch { Issue.record(error) }
      }
      while try kit.directory.status(of: kit.name).consumerStalls == 0 {}
      try kit.publish(&producer, 0)
      thread.join()
      #expect(try kit.directory.status(of: kit.name).consumerWaitNanoseconds > 0)
    }
  }
}
