import Glibc
import RingProtocol
import Testing

struct RingEndTests {
  @Test(arguments: [RingProducer.End.interrupted, .failed("shard x is damaged")])
  func `stopping and failing are never the end of the data`(end: RingProducer.End) throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      var consumer = try kit.consumer()
      try kit.publish(&producer, 0)
      try kit.publish(&producer, 8)
      producer.end(end)
      #expect(kit.directory.names().isEmpty)
      let first1 = try consumer.next()?.firstPosition
      #expect(first1 == 0)
      let first2 = try consumer.next()?.firstPosition
      #expect(first2 == 8)
      let error = ringError { () throws(RingError) in _ = try consumer.next() }
      if end == .interrupted {
        #expect(error == .interrupted(name: kit.name, taken: 2))
      } else {
        #expect(error == .failed(name: kit.name, reason: "shard x is damaged"))
      }
    }
  }

  @Test
  func `the end is reached when everything is taken, and the ring closes when it is released`()
    throws
  {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      try kit.publish(&producer, 0)
      let drained1125 = try producer.drain(grace: .zero)
      #expect(drained1125 == .abandoned)
      producer.end(.closed)
      #expect(kit.directory.names().isEmpty)

      var other = try kit.producer()
      try kit.publish(&other, 0)
      var consumer = try kit.consumer()
      let batch = try kit.next(&consumer)
      consumer.release(batch)
      let drained1453 = try other.drain(grace: .zero)
      #expect(drained1453 == .released)
      let end4 = try consumer.next()
      #expect(end4?.number == nil)
      other.end(.closed)
      let end5 = try consumer.next()
      #expect(end5?.number == nil)
    }
  }

  @Test func `the data's end does not keep a consumer from seeking back`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      try kit.publish(&producer, 0)
      var consumer = try kit.consumer(startingAt: 96)
      let drained1878 = try producer.drain(grace: .zero)
      #expect(drained1878 == .seek(96))
      #expect(try kit.directory.status(of: kit.name).state == .ready)
      try kit.publish(&producer, 96)
      let first3 = try consumer.next()?.firstPosition
      #expect(first3 == 96)
    }
  }

  @Test func `a stream without a batch ends for the consumer that comes`() throws {
    try RingTestKit.run { kit in
      let thread = WorkerThread {
        do {
          var producer = try kit.producer()
          let drained2323 = try producer.drain(grace: .seconds(60))
          #expect(drained2323 == .released)
          producer.end(.closed)
        } catch { Issue.record(error) }
      }
      var consumer = try kit.consumer()
      let end6 = try consumer.next()
      #expect(end6?.number == nil)
      thread.join()
    }
  }

  @Test func `nobody attaches any more to a ring that was given up`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      for number in 0..<64 as Range<UInt64> { try kit.publish(&producer, number * 8) }
      guard case .abandoned = try producer.claim(grace: .milliseconds(1)) else {
        Issue.record("not given up")
        return
      }
      let error = ringError { () throws(RingError) in
        _ = try kit.consumer(patience: .milliseconds(50))
      }
      guard case .consumerPresent = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      producer.end(.interrupted)
      let gone = ringError { () throws(RingError) in
        _ = try kit.consumer(patience: .milliseconds(50))
      }
      guard case .notThere = gone else {
        Issue.record("\(String(describing: gone))")
        return
      }
    }
  }

  @Test func `a flag ends the waiting of either side`() throws {
    try RingTestKit.run { kit in
      let flag = CancellationFlag()
      var producer = try RingProducer(
        name: kit.name, directory: kit.directory, header: kit.header, startingAt: 0,
        cancellation: flag)
      for number in 0..<64 as Range<UInt64> { try kit.publish(&producer, number * 8) }
      let waiting = WorkerThread {
        let other = CancellationFlag()
        other.cancel(signal: SIGINT)
        let error = ringError { () throws(RingError) in
          _ = try RingConsumer(
            attaching: "nowhere", directory: kit.directory, cancellation: other)
        }
        #expect(error == .cancelled(signal: SIGINT))
        flag.cancel(signal: SIGTERM)
      }
      let error = ringError { () throws(RingError) in _ = try producer.claim(grace: .seconds(60)) }
      #expect(error == .cancelled(signal: SIGTERM))
      waiting.join()
    }
  }

  @Test func `a producer that lives and gives nothing is told of, and in the end an error`() throws
  {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      var consumer = try kit.consumer()
      var heard: [Duration] = []
      let error = #expect(throws: RingError.self) {
        _ = try consumer.next(stallLimit: .milliseconds(1200)) { heard.append($0) }
      }
      guard case .stalled(kit.name, let waited) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(waited >= .milliseconds(1200) && !heard.isEmpty && heard == heard.sorted())
      producer.end(.closed)
    }
  }
}
