import Glibc
import RingProtocol
import Testing

struct RingDirectoryTests {
  @Test func `a ring is listed with who holds it and how full it is`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      for number in 0..<5 as Range<UInt64> { try kit.publish(&producer, number * 8) }
      var consumer = try kit.consumer()
      consumer.release(try kit.next(&consumer))
      #expect(kit.directory.names() == [kit.name])
      let held = try kit.directory.status(of: kit.name)
      #expect(held.producerPID == getpid() && held.consumerPID == getpid())
      #expect(held.published == 5 && held.released == 1 && held.nextPosition == 40)
      #expect(held.state == .ready && held.header == kit.header)
      _ = consume consumer
      _ = consume producer
      let dead = try kit.directory.status(of: kit.name)
      #expect(dead.producerPID == nil && dead.consumerPID == nil)
    }
  }

  @Test func `cleaning takes what nobody holds, and nothing else`() throws {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      let consumer = try kit.consumer()
      #expect(kit.directory.clean().isEmpty)
      _ = consume producer
      #expect(kit.directory.clean().isEmpty)
      _ = consume consumer
      #expect(kit.directory.names() == [kit.name])
      #expect(kit.directory.clean() == [kit.name])
      #expect(kit.directory.names().isEmpty)
      let error = ringError { () throws(RingError) in _ = try kit.directory.status(of: kit.name) }
      #expect(error == .notThere(name: kit.name, waited: .zero))
    }
  }

  @Test func `looking takes no life line`() throws {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      for _ in 0..<10 { _ = try kit.directory.status(of: kit.name) }
      let consumer = try kit.consumer()
      let alive = producer.consumerIsAlive && consumer.producerIsAlive
      #expect(alive)
    }
  }

  @Test(arguments: [1, 64 << 10, 1 << 20, 16 << 20])
  func `slots are a power of two and fit a container's shared memory where they can`(bytes: Int)
    throws
  {
    let header = RingHeader(
      tokenType: .u16, sequenceLength: 1, batchSequences: max(1, bytes / 2), vocabularySize: 10,
      fingerprint: String(repeating: "0", count: 64), sequencesPerEpoch: 1)
    try RingTestKit.run(header) { kit in
      _ = try kit.producer()
      let status = try kit.directory.status(of: kit.name)
      #expect(status.slotCount.nonzeroBitCount == 1 && status.slotCount >= 4)
      #expect(status.slotBytes % 4096 == 0 && status.slotBytes >= bytes)
      #expect(status.bytes <= 33 << 20 || status.slotCount == 4)
    }
  }
}
