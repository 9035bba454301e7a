import Glibc
import RingProtocol
import TestSupport
import Testing

struct RingRefusalTests {
  @Test func `a second producer and a second consumer are refused`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      var consumer = try kit.consumer()
      let second = ringError { () throws(RingError) in _ = try kit.producer() }
      #expect(second == .producerPresent(name: kit.name, pid: getpid()))
      let other = ringError { () throws(RingError) in _ = try kit.consumer() }
      #expect(other == .consumerPresent(name: kit.name, pid: getpid()))
      try kit.publish(&producer, 0)
      let first = try kit.next(&consumer).firstPosition
      #expect(first == 0)
    }
  }

  @Test func `a ring whose consumer is fed with another stream is not taken over`() throws {
    try RingTestKit.run { kit in
      let dead = try kit.producer()
      let consumer = try kit.consumer()
      _ = consume dead
      var other = kit.header
      other.seed = 1
      let error = ringError { () throws(RingError) in _ = try kit.producer(header: other) }
      #expect(
        error == .otherStream(name: kit.name, field: "seed", found: "0", expected: "1"))
      let next = try kit.producer()
      let tookOver = next.tookOver
      #expect(tookOver)
      _ = consume consumer
    }
  }

  @Test func `every flipped bit of the header is refused by both sides`() throws {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      let path = try kit.path()
      _ = consume producer
      let file = open(path, O_RDWR)
      defer { close(file) }
      for bit in stride(from: 0, to: 512 * 8, by: 7) {
        flip(file, bit)
        for error in [
          ringError { () throws(RingError) in _ = try kit.consumer(patience: .zero) },
          ringError { () throws(RingError) in _ = try kit.producer() },
        ] {
          switch error {
          case .notARing, .otherVersion: break
          default: Issue.record("bit \(bit): \(String(describing: error))")
          }
        }
        flip(file, bit)
      }
      _ = try kit.consumer()
    }
  }

  @Test func `another layout version is refused by both sides with its number`() throws {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      let path = try kit.path()
      _ = consume producer
      let file = open(path, O_RDWR)
      defer { close(file) }
      var version: UInt32 = 7
      pwrite(file, &version, 4, off_t(RingLayout.versionOffset))
      let expected = RingError.otherVersion(path: path, found: 7)
      #expect(
        ringError { () throws(RingError) in _ = try kit.consumer(patience: .zero) } == expected)
      #expect(ringError { () throws(RingError) in _ = try kit.producer() } == expected)
    }
  }

  private func flip(_ file: Int32, _ bit: Int) {
    var byte: UInt8 = 0
    pread(file, &byte, 1, off_t(bit / 8))
    byte ^= 1 << UInt8(bit % 8)
    pwrite(file, &byte, 1, off_t(bit / 8))
  }

  @Test func `foreign files and other lengths are refused`() throws {
    try RingTestKit.run { kit in
      let producer = try kit.producer()
      let path = try kit.path()
      _ = consume producer
      let file = open(path, O_RDWR)
      var status = stat()
      fstat(file, &status)
      for size in [1, 4095, 4096, Int(status.st_size) - 4096, Int(status.st_size) + 4096] {
        ftruncate(file, off_t(size))
        let error = ringError { () throws(RingError) in _ = try kit.consumer(patience: .zero) }
        guard case .notARing = error else {
          Issue.record("\(size): \(String(describing: error))")
          continue
        }
      }
      close(file)
      let text = Array(String(repeating: "not a ring\n", count: 1000).utf8)
      let foreign = open(path, O_RDWR | O_TRUNC)
      write(foreign, text, text.count)
      close(foreign)
      for error in [
        ringError { () throws(RingError) in _ = try kit.consumer(patience: .zero) },
        ringError { () throws(RingError) in _ = try kit.producer() },
      ] {
        #expect(error == .notARing(path: path, found: "another beginning than CRAMRING"))
      }
    }
  }

  @Test func `tokens that changed in memory are not handed out`() throws {
    try RingTestKit.run { kit in
      var producer = try kit.producer()
      try kit.publish(&producer, 0)
      var consumer = try kit.consumer()
      let file = open(try kit.path(), O_RDWR)
      defer { close(file) }
      flip(file, (RingLayout.descriptors + 4096 + 100) * 8)
      let error = ringError { () throws(RingError) in _ = try consumer.next() }
      #expect(
        error
          == .damagedBatch(name: kit.name, batch: 1, found: "tokens whose checksum does not hold"))
    }
  }

  @Test(arguments: ["", ".hidden", "a/b", "../x", "a b", "ä", String(repeating: "a", count: 201)])
  func `names that are no file names are refused`(name: String) {
    let directory = RingDirectory(memory: "/nowhere", files: nil)
    let error = ringError { () throws(RingError) in
      _ = try RingConsumer(attaching: name, directory: directory)
    }
    #expect(error == .badName(name))
  }

  @Test func `without shared memory the ring is a file`() throws {
    try withTemporaryFolder { folder in
      let directory = RingDirectory(memory: folder + "/none", files: folder + "/rings/here")
      let header = RingTestKit.header()
      let producer = try RingProducer(
        name: "r", directory: directory, header: header, startingAt: 0)
      let consumer = try RingConsumer(attaching: "r", directory: directory)
      #expect(directory.names() == ["r"])
      #expect(try directory.status(of: "r").path == folder + "/rings/here/r")
      #expect(directory.clean().isEmpty)
      _ = consume consumer
      producer.end(.closed)
      #expect(directory.names().isEmpty)
    }
  }

  @Test(.enabled(if: sharedMemoryIsBounded))
  func `too little shared memory is said with the bytes needed, and nothing is left`() {
    let header = RingHeader(
      tokenType: .u32, sequenceLength: 1 << 16, batchSequences: 1 << 22, vocabularySize: 10,
      fingerprint: String(repeating: "0", count: 64), sequencesPerEpoch: 1)
    let directory = RingDirectory(files: nil)
    let error = ringError { () throws(RingError) in
      _ = try RingProducer(
        name: "cram-test-too-large", directory: directory, header: header, startingAt: 0)
    }
    #expect(error == .noSpace(folders: ["/dev/shm"], bytes: (4 << 40) + 8192))
    #expect(!directory.names().contains("cram-test-too-large"))
  }

  /// Whether `/dev/shm` has a limit that the ring above exceeds.
  static let sharedMemoryIsBounded: Bool = {
    var status = statvfs()
    guard statvfs("/dev/shm", &status) == 0, status.f_blocks > 0 else { return false }
    return UInt64(status.f_blocks) * UInt64(status.f_frsize) < 1 << 40
  }()
}
