import Glibc
import RingProtocol
import TestSupport
import Testing

/// What a machine may do to a stream besides killing it: clocks that jump, limits of memory; and what `cram ring` shows of it.
@Suite struct RingFaultTests {
  /// Takes everything that comes, which has to be the epoch.
  private func expectEpoch(_ kit: RingProcessKit) throws {
    var consumer = try kit.consumer()
    var expected: UInt64 = 0
    while let batch = try consumer.next() {
      #expect(batch.firstPosition == expected && kit.isRight(batch))
      expected = batch.nextPosition
      consumer.release(batch)
    }
    #expect(expected == RingProcessKit.sequences)
  }

  private static func words(_ kit: RingProcessKit) -> String {
    ([Program.folder + "/cram-stream"] + kit.streamWords()).map { "'\($0)'" }
      .joined(separator: " ")
  }

  private static func shell(_ script: String) throws -> pid_t {
    let arguments: [String] = ["sh", "-c", script]
    let words = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    var pid = pid_t()
    guard posix_spawn(&pid, "/bin/sh", nil, nil, words + [nil], environ) == 0 else {
      throw TestSupportError(what: "no shell", number: errno)
    }
    return pid
  }

  private static func status(of pid: pid_t) -> Int32 {
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  /// Whether this process may give another one clocks of its own.
  private static let canShiftClocks: Bool =
    (try? status(of: shell("unshare -T --monotonic 99999 true 2>/dev/null"))) == 0

  @Test(.enabled(if: canShiftClocks), arguments: [-1, 1])
  func `a clock that is a day off on one side changes nothing`(sign: Int) throws {
    try RingProcessKit.run("clock\(sign)") { kit in
      // Backwards only as far as the clock has come.
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let seconds = sign * min(86_400, time.tv_sec / 2)
      let script =
        "unshare -T --monotonic \(seconds) --boottime \(seconds) \(Self.words(kit)) --quiet"
      let streamer = try Self.shell(script)
      try expectEpoch(kit)
      #expect(Self.status(of: streamer) == 0)
      #expect(kit.isGone)
    }
  }

  @Test func `a streamer works in 200 MB of address space, and without memory leaves nothing`()
    throws
  {
    try RingProcessKit.run("memory") { kit in
      let streamer = try Self.shell("ulimit -v 200000; exec \(Self.words(kit)) --quiet")
      try expectEpoch(kit)
      #expect(Self.status(of: streamer) == 0)
      let starved = try Self.shell(
        "ulimit -v 30000; exec \(Self.words(kit)) --quiet > /dev/null 2>&1")
      #expect(Self.status(of: starved) != 0)
      _ = kit.directory.clean()
      #expect(kit.isGone)
    }
  }

  @Test func `a ring is watched and dumped while it is used`() throws {
    try RingProcessKit.run("watch") { kit in
      let producer = try kit.stream(endless: true)
      waitUntil { !kit.isGone }
      var consumer = try kit.consumer()
      for _ in 0..<100 { if let batch = try consumer.next() { consumer.release(batch) } }
      let watch = try Program(
        "ring", ["watch", kit.name, "--every", "0.05s", "--looks", "2", "--json"])
      let lines = watch.wait().output.split(separator: "\n")
      #expect(lines.count == 2)
      for line in lines {
        let look = try JSONValue.parse(Array(line.utf8))
        #expect(look["name"]?.string == kit.name && look["slots"]?.int == 64)
        #expect(look["finding"]?.string != nil && look["tokens_per_second"]?.double != nil)
      }
      producer.signal(SIGSTOP)
      waitUntil { ProcessState(producer.pid) == .stopped }
      while let batch = try consumer.next(within: .milliseconds(50)) { consumer.release(batch) }
      let stalled = try Program.run(
        "ring", "watch", kit.name, "--every", "0.05s", "--looks", "1")
      #expect(stalled.output.contains("stalled") && stalled.output.contains("stopped by a signal"))
      let list = try Program.run("ring", "list").output.split(separator: "\n")
      let line = try #require(list.first { $0.hasPrefix(kit.name + " ") })
      #expect(line.contains("batches/s") && line.contains("consumer \(getpid())"))
      producer.signal(SIGCONT)
      producer.signal(SIGTERM)
      _ = producer.wait()
      let gone = try Program.run("ring", "watch", kit.name)
      #expect(gone.status == 1 && gone.errors.contains("not there"))
    }
  }

  @Test func `hand-offs are measured between two processes, and nothing is left`() throws {
    let result = try Program.run("ring", "bench", "--batches", "2000", "--wakes", "5", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let found = try JSONValue.parse(Array(result.output.utf8))
    let handedOver: Int64 = 64 + 2000 + 500 + 5 + 65
    #expect(found["batches"]?.int == handedOver)
    for key in ["handoffs_per_second", "full_handoffs_per_second", "wake_p50_microseconds"] {
      #expect((found[key]?.double ?? 0) > 0, "\(key)")
    }
    #expect(try Folder.entries(of: "/dev/shm").allSatisfy { !$0.hasPrefix("cram-ring.bench-") })
  }

  @Test func `a mix is streamed by weight, and wrong weights are refused`() throws {
    try RingProcessKit.run("mix") { kit in
      let data = kit.folder + "/data"
      let mixed = [data + "=0.75", kit.folder + "/data/=0.25"]
      let first = try Program("stream", mixed + ["--where", "3", "--json"]).wait()
      #expect(first.status == 0, "\(first.errors)")
      let place = try JSONValue.parse(Array(first.output.utf8))
      #expect(place["epoch"]?.int == 0 && place["dataset"]?.string != nil)
      for words in [[data + "=0.5", data], [data + "=0", data + "=1"]] {
        let wrong = try Program("stream", words + ["--ring", kit.name]).wait()
        #expect(wrong.status == 2, "\(words): \(wrong.errors)")
      }
      let producer = try Program(
        "stream", mixed + ["--ring", kit.name, "--batch", "16", "--epochs", "1", "--quiet"])
      var consumer = try kit.consumer()
      var count: UInt64 = 0
      while let batch = try consumer.next() {
        count += UInt64(batch.count)
        consumer.release(batch)
      }
      #expect(count == 2 * RingProcessKit.sequences)
      #expect(producer.wait().status == 0)
    }
  }
}
