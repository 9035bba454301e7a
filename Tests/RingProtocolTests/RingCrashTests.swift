import Glibc
import RingProtocol
import TestSupport
import Testing

/// A side that is dropped without a word is what the other sees of a killed process: its life line is released.
struct RingCrashTests {
  @Test func `a successor goes on behind the last batch, and nothing is lost or repeated`() throws {
    try RingTestKit.run { kit in
      var random = SeededNumbers(2)
      var position: UInt64 = 0
      var expected: UInt64 = 0
      var first = try kit.producer()
      var consumer = try kit.consumer()
      try kit.publish(&first, 0)
      position = 8
      _ = consume first
      for life in 0..<50 {
        var producer = try kit.producer(startingAt: 777)
        let (tookOver, start) = (producer.tookOver, producer.position)
        #expect(tookOver && start == position)
        for _ in 0..<random.next() % 30 {
          try kit.publish(&producer, position)
          position += 8
          if random.next() % 8 != 0 || position - expected > 300 {
            let batch = try kit.next(&consumer)
            #expect(batch.firstPosition == expected && kit.isRight(batch))
            expected = batch.nextPosition
            consumer.release(batch)
          }
        }
        // Killed while it fills a slot: nobody ever sees this.
        if case .slot(let slot) = try producer.claim(grace: .zero), life % 2 == 0 {
          slot.initializeMemory(as: UInt8.self, repeating: 0xFF)
        }
      }
      while expected < position {
        let batch = try kit.next(&consumer)
        #expect(batch.firstPosition == expected && kit.isRight(batch))
        expected = batch.nextPosition
        consumer.release(batch)
      }
    }
  }

  @Test func `without a living consumer a dead ring is made anew`() throws {
    try RingTestKit.run { kit in
      for start in [0, 40, 80] as [UInt64] {
        var producer = try kit.producer(startingAt: start)
        let (tookOver, position) = (producer.tookOver, producer.position)
        #expect(!tookOver && position == start)
        try kit.publish(&producer, start)
      }
      var consumer = try kit.consumer()
      let first1 = try consumer.next()?.firstPosition
      #expect(first1 == 80)
    }
  }

  @Test func `a consumer's successor sees again what was not released`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      for number in 0..<10 as Range<UInt64> { try kit.publish(&producer, number * 8) }
      var first = try kit.consumer()
      for _ in 0..<3 { first.release(try kit.next(&first)) }
      _ = try first.next()
      _ = consume first
      var second = try kit.consumer()
      let first2 = try second.next()?.firstPosition
      #expect(first2 == 24)
    }
  }

  @Test func `a seek begins where it says, and older batches are passed over`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      var old: UInt64 = 1 << 20
      for target in [1_000_003, 5, 0, 99] as [UInt64] {
        for _ in 0..<5 {
          try kit.publish(&producer, old)
          old += 8
        }
        var consumer = try kit.consumer(startingAt: target)
        guard case .seek(target) = try producer.claim(grace: .zero) else {
          Issue.record("no seek to \(target)")
          return
        }
        for position in [target, target + 8] {
          try kit.publish(&producer, position)
          let batch = try kit.next(&consumer)
          #expect(batch.firstPosition == position && kit.isRight(batch))
          consumer.release(batch)
        }
      }
    }
  }

  @Test func `a seek finds its way through a full ring`() throws {
    try RingTestKit.run { kit in
      let thread = WorkerThread {
        do {
          var producer = try kit.producer()
          var position: UInt64 = 0
          while position < 4096 + 200 * 8 {
            switch try producer.claim(grace: .seconds(60)) {
            case .seek(let target): position = target
            case .abandoned: return
            case .slot:
              try kit.publish(&producer, position)
              position += 8
            }
          }
        } catch { Issue.record(error) }
      }
      while (try? kit.directory.status(of: kit.name))?.producerStalls ?? 0 == 0 {}
      var consumer = try kit.consumer(startingAt: 4096)
      for position in stride(from: 4096, to: 4096 + 200 * 8, by: 8) as StrideTo<UInt64> {
        let batch = try kit.next(&consumer)
        #expect(batch.firstPosition == position && kit.isRight(batch))
        consumer.release(batch)
      }
      thread.join()
    }
  }

  @Test func `a seek that the producer did not live to answer is answered by its successor`() throws
  {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      try kit.publish(&producer, 0)
      var consumer = try kit.consumer(startingAt: 512)
      _ = consume producer
      var successor = try kit.producer()
      guard case .seek(512) = try successor.claim(grace: .zero) else {
        Issue.record("no seek")
        return
      }
      _ = consume successor
      // Answered but nothing published: the next one begins there too.
      var third = try kit.producer()
      let position = third.position
      #expect(position == 512)
      try kit.publish(&third, 512)
      let batch = try kit.next(&consumer)
      #expect(batch.firstPosition == 512 && kit.isRight(batch))
    }
  }

  @Test
  func `a dead producer without a successor is an error, after everything that it had published`()
    throws
  {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      try kit.publish(&producer, 0)
      var consumer = try kit.consumer(patience: .milliseconds(300))
      _ = consume producer
      consumer.release(try kit.next(&consumer))
      let error = ringError { () throws(RingError) in _ = try consumer.next() }
      guard case .producerGone(_, _, taken: 1) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `what a maker left that died before READY is made anew`() throws {
    try RingTestKit.run { kit in
      let probe = try kit.producer()
      let path = try kit.path()
      _ = consume probe
      for size in [0, 8192, 1 << 20] {
        let file = open(path, O_RDWR | O_TRUNC)
        #expect(ftruncate(file, off_t(size)) == 0)
        close(file)
        let early = ringError { () throws(RingError) in
          _ = try kit.consumer(patience: .milliseconds(50))
        }
        guard case .notThere = early else {
          Issue.record("\(size): \(String(describing: early))")
          return
        }
        var producer = try kit.producer()
        try kit.publish(&producer, 0)
        var consumer = try kit.consumer()
        let first3 = try consumer.next()?.firstPosition
        #expect(first3 == 0)
      }
    }
  }
}
