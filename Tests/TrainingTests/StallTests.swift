import Glibc
import RingProtocol
import Synchronization
import TestSupport
import Testing
import Training

/// A streamer that stands still or dies is told of with its cause, and never waited for without end.
@Suite struct StallTests {
  private let header = RingHeader(
    tokenType: .u16, sequenceLength: 16, batchSequences: 8, vocabularySize: 500,
    specials: .init(pad: 0, unk: 1, cls: 2, sep: 3, mask: 4),
    fingerprint: String(repeating: "0123456789abcdef", count: 4), sequencesPerEpoch: 1000)

  @Test func `a living streamer that gives nothing ends the wait with the cause`() throws {
    try withTemporaryFolder { folder in
      let directory = RingDirectory(memory: folder, files: nil)
      let producer = try RingProducer(
        name: "stall", directory: directory, header: header, startingAt: 0)
      let source = try RingSource(
        "stall", directory: directory, position: 0, streamer: nil,
        cancellation: CancellationFlag(), stallLimit: .milliseconds(400))
      let error = #expect(throws: TrainingDataError.self) { _ = try source.next() }
      #expect("\(try #require(error))".contains("no data for"))
      #expect("\(try #require(error))".contains("process \(getpid())"))
      producer.end(.closed)
    }
  }

  @Test func `a streamer that dies again and again is given up with its signal`() throws {
    try withTemporaryFolder { folder in
      let script = folder + "/cram-stream"
      try AtomicFile.replace(script, with: "#!/bin/sh\nkill -9 $$\n")
      #expect(chmod(script, 0o755) == 0)
      let words = Words()
      let streamer = StreamerProcess(
        .init(executable: script, arguments: []), position: 0, cancellation: CancellationFlag(),
        tell: { words.hear($0) })
      let error = #expect(throws: TrainingDataError.self) {
        _ = try RingSource(
          "none", directory: RingDirectory(memory: folder, files: nil), position: 0,
          streamer: streamer, cancellation: CancellationFlag())
      }
      streamer.stop()
      #expect("\(try #require(error))".contains("by signal 9"))
      #expect(words.heard.count == 7 && words.heard.allSatisfy { $0.contains("starting it again") })
    }
  }

  private final class Words: Sendable {
    private let lines = Mutex<[String]>([])

    var heard: [String] { lines.withLock { $0 } }

    func hear(_ line: String) { lines.withLock { $0.append(line) } }
  }
}
