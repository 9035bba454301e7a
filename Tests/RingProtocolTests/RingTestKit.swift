import Glibc
import RingProtocol
import TestSupport

/// A ring of its own in a folder of its own, and a stream whose every token follows from its position.
struct RingTestKit {
  let directory: RingDirectory
  let header: RingHeader
  let name = "test"

  static func header(batch: Int = 8, epoch: UInt64 = 1 << 40) -> RingHeader {
    RingHeader(
      tokenType: .u16, sequenceLength: 16, batchSequences: batch, vocabularySize: 500,
      specials: .init(pad: 0, unk: 1, cls: 2, sep: 3, mask: 4),
      fingerprint: String(repeating: "0123456789abcdef", count: 4), sequencesPerEpoch: epoch)
  }

  /// Runs `body` with a kit whose folder is gone afterwards.
  static func run<Result>(_ header: RingHeader = header(), _ body: (RingTestKit) throws -> Result)
    throws -> Result
  {
    try withTemporaryFolder { folder in
      try body(RingTestKit(directory: RingDirectory(memory: folder, files: nil), header: header))
    }
  }

  /// Where the ring's object lies.
  func path() throws -> String { try directory.status(of: name).path }

  func producer(startingAt start: UInt64 = 0, header other: RingHeader? = nil) throws(RingError)
    -> RingProducer
  {
    try RingProducer(name: name, directory: directory, header: other ?? header, startingAt: start)
  }

  func consumer(
    startingAt start: UInt64? = nil, patience: Duration = .seconds(20)
  ) throws(RingError) -> RingConsumer {
    try RingConsumer(attaching: name, directory: directory, patience: patience, startingAt: start)
  }

  static func token(_ position: UInt64, _ place: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (position &* 31 &+ UInt64(place)) &* 0x9E37_79B9_7F4A_7C15 >> 40)
  }

  /// Publishes one full batch from `position` on, if there is space at once.
  func publish(_ producer: inout RingProducer, _ position: UInt64) throws {
    guard case .slot(let slot) = try producer.claim(grace: .zero) else {
      throw TestSupportError(what: "no slot", number: 0)
    }
    let tokens = slot.bindMemory(to: UInt16.self)
    for row in 0..<header.batchSequences {
      for place in 0..<header.sequenceLength {
        tokens[row * header.sequenceLength + place] = Self.token(position + UInt64(row), place)
      }
    }
    let next = position + UInt64(header.batchSequences)
    producer.publish(first: position, count: header.batchSequences, next: next)
  }

  /// The next batch, which has to be there.
  func next(_ consumer: inout RingConsumer) throws -> RingBatch {
    guard let batch = try consumer.next() else {
      throw TestSupportError(what: "the end came early", number: 0)
    }
    return batch
  }

  /// Whether a batch holds what its position says.
  func isRight(_ batch: RingBatch) -> Bool {
    let tokens = batch.tokens.bindMemory(to: UInt16.self)
    return tokens.count == batch.count * header.sequenceLength
      && tokens.indices.allSatisfy {
        tokens[$0]
          == Self.token(
            batch.firstPosition + UInt64($0 / header.sequenceLength), $0 % header.sequenceLength)
      }
  }
}

/// What `body` throws, nil where it does not.
func ringError<Result: ~Copyable>(_ body: () throws(RingError) -> Result) -> RingError? {
  do throws(RingError) {
    _ = try body()
    return nil
  } catch { return error }
}
