import Glibc
import RingProtocol
import TestSupport
import Testing

/// The ring between real processes: every sequence once, in order, whoever is killed, and nothing is left behind.
@Suite struct RingProcessTests {
  @Test func `a producer killed again and again loses and repeats nothing`() throws {
    try RingProcessKit.run("producer") { kit in
      var producer = try kit.stream()
      var consumer = try kit.consumer()
      var random = SeededNumbers(11)
      var expected: UInt64 = 0
      var kills = 0
      var untilKill = random.next() % 12
      while let batch = try consumer.next() {
        #expect(batch.firstPosition == expected && kit.isRight(batch))
        expected = batch.nextPosition
        consumer.release(batch)
        // Once the last batch is taken the ring has ended: a successor would begin another one.
        guard untilKill == 0, expected < RingProcessKit.sequences - RingProcessKit.batch else {
          untilKill = untilKill == 0 ? 0 : untilKill - 1
          continue
        }
        // At any moment of its life: while it starts, takes over, reads, publishes, waits.
        usleep(UInt32(random.next() % 15_000))
        producer.signal(SIGKILL)
        _ = producer.wait()
        kills += 1
        producer = try kit.stream()
        untilKill = random.next() % 12
      }
      #expect(expected == RingProcessKit.sequences)
      #expect(kills >= 30)
      #expect(producer.wait().status == 0)
      #expect(kit.isGone)
    }
  }

  @Test func `a consumer killed again and again goes on where its state says`() throws {
    try RingProcessKit.run("consumer") { kit in
      let producer = try kit.stream(endless: true)
      var random = SeededNumbers(12)
      var next: UInt64 = 0
      for _ in 0..<25 {
        let dump = try Program(
          "ring", ["dump", kit.name, "--follow", "--json", "--start", "\(next)"])
        waitUntil { dump.outputSoFar.contains("\n") || !dump.isRunning }
        usleep(UInt32(random.next() % 3000))
        dump.signal(SIGKILL)
        _ = dump.wait()
        // Whole lines were received; of what came later the consumer's state knows nothing.
        for line in dump.outputSoFar.split(separator: "\n", omittingEmptySubsequences: false)
          .dropLast()
        {
          let batch = try JSONValue.parse(Array(line.utf8))
          #expect(batch["first_sequence"]?.int == Int64(next))
          next += UInt64(try #require(batch["ids"]?.array?.count))
          if random.next() % 4 == 0 { break }
        }
      }
      var consumer = try kit.consumer(startingAt: next)
      while next < RingProcessKit.sequences, let batch = try consumer.next() {
        #expect(batch.firstPosition == next && kit.isRight(batch))
        next = batch.nextPosition
        consumer.release(batch)
      }
      producer.signal(SIGTERM)
      #expect(producer.wait().status == 128 + SIGTERM)
      #expect(kit.isGone)
    }
  }

  @Test func `a stopped producer is slow, not dead`() throws {
    try RingProcessKit.run("stopped") { kit in
      let producer = try kit.stream()
      var consumer = try kit.consumer()
      var expected: UInt64 = 0
      var stops = 0
      while let batch = try consumer.next() {
        #expect(batch.firstPosition == expected && kit.isRight(batch))
        expected = batch.nextPosition
        consumer.release(batch)
        if stops < 3 {
          stops += 1
          producer.signal(SIGSTOP)
          let second = try kit.stream().wait()
          #expect(second.status == 1 && second.errors.contains("already produces"))
          producer.signal(SIGCONT)
        }
      }
      #expect(expected == RingProcessKit.sequences)
      #expect(producer.wait().status == 0)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal ends the streamer at once and its ring with it`(signal: Int32) throws {
    try RingProcessKit.run("signal-\(signal)") { kit in
      let producer = try kit.stream()
      var consumer = try kit.consumer()
      _ = try consumer.next()
      producer.signal(signal)
      #expect(producer.wait().status == 128 + signal)
      #expect(kit.isGone)
      #expect(throws: RingError.self) {
        while let batch = try consumer.next() { consumer.release(batch) }
      }
    }
  }

  @Test func `a streamer whose parent is killed goes and takes its ring along`() throws {
    try RingProcessKit.run("parent") { kit in
      let command =
        ([Program.folder + "/cram-stream"] + kit.streamWords() + ["--die-with-parent", "--quiet"])
        .map { "'\($0)'" }.joined(separator: " ")
      let shell = try Self.shell(command + " & wait")
      waitUntil { !kit.isGone }
      kill(shell, SIGKILL)
      waitpid(shell, nil, 0)
      waitUntil { kit.isGone }
    }
  }

  @Test func `without a consumer a streamer leaves after its grace time`() throws {
    try RingProcessKit.run("grace") { kit in
      let result = try Program(
        "stream", [kit.folder + "/data", "--ring", kit.name, "--batch", "16", "--grace", "0.2s"]
      ).wait()
      #expect(result.status == 1)
      #expect(result.errors.contains("no consumer") && result.errors.contains(kit.name))
      #expect(kit.isGone)
    }
  }

  @Test func `rings are listed, shown and cleaned from outside`() throws {
    try RingProcessKit.run("list") { kit in
      let producer = try kit.stream()
      waitUntil { !kit.isGone }
      func shown() throws -> JSONValue {
        let result = try Program.run("ring", "show", kit.name, "--json")
        return try JSONValue.parse(Array(result.output.utf8))
      }
      waitUntil { (try? shown()["state"]?.string) == "ready" }
      #expect(try shown()["producer"]?["pid"]?.int == Int64(producer.pid))
      #expect(try shown()["consumer"] == .null)
      #expect(try Program.run("ring", "clean", "--quiet").status == 0)
      #expect(!kit.isGone)
      producer.signal(SIGKILL)
      _ = producer.wait()
      #expect(try Program.run("ring", "list").output.contains(kit.name))
      #expect(try shown()["producer"] == .null)
      #expect(try Program.run("ring", "clean").output.contains("removed \(kit.name)"))
      #expect(kit.isGone)
      #expect(try Program.run("ring", "show", kit.name).status == 1)
    }
  }

  @Test func `wrong usage ends with 2, bad data with 1 and its name`() throws {
    try RingProcessKit.run("usage") { kit in
      let data = kit.folder + "/data"
      for words in [
        [data], [data, "--ring", "r", "--batch", "0"], [data, "--ring", "r", "--epochs", "0"],
        [data, "--ring", "r", "--rank", "2", "--world-size", "2"],
        [data, "--ring", "r", "--batch", "10", "--world-size", "4"],
      ] {
        let result = try Program("stream", words).wait()
        #expect(result.status == 2 && !result.errors.isEmpty, "\(words)")
      }
      for words in [
        [kit.folder + "/nowhere", "--ring", "r"], [kit.folder, "--ring", "r"],
        [data, "--ring", "no/name"],
        [data, "--ring", kit.name, "--batch", "20000", "--rank", "1", "--world-size", "2"],
      ] {
        let result = try Program("stream", words).wait()
        #expect(result.status == 1 && result.errors.hasPrefix("cram-stream: "), "\(words)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
      try Folder.create(kit.folder + "/both")
      #expect(symlink(data, kit.folder + "/both/train") == 0)
      let both = try Program.run("stream", kit.folder + "/both", "--ring", kit.name)
      #expect(both.status == 1 && both.errors.contains("/both/train; name the dataset"))
      #expect(kit.isGone)
    }
  }

  @Test func `a position is located without a ring`() throws {
    try RingProcessKit.run("where") { kit in
      let result = try Program.run("stream", kit.folder + "/data", "--where", "5999", "--json")
      let said = try JSONValue.parse(Array(result.output.utf8))
      #expect(said["dataset"]?.string == kit.folder + "/data")
      #expect(said["epoch"]?.int == 0 && said["sequence"]?.int == 5999)
      let later = try Program.run("stream", kit.folder + "/data", "--where", "6000", "--json")
      #expect(try JSONValue.parse(Array(later.output.utf8))["epoch"]?.int == 1)
    }
  }

  @Test(.enabled(if: canMount))
  func `where shared memory is too small the ring is a file, and where both are, nothing is left`()
    throws
  {
    try RingProcessKit.run("space") { kit in
      let stream = ([Program.folder + "/cram-stream"] + kit.streamWords())
        .map { "'\($0)'" }.joined(separator: " ")
      // A namespace of its own, in which /dev/shm has 64 KiB; the ring would need 270 kB.
      for (home, found) in [
        (kit.folder + "/home", "no consumer"),
        ("/dev/shm", "no space in /dev/shm nor in /dev/shm/rings"),
      ] {
        let errors = kit.folder + "/errors"
        let shell = try Self.shell(
          "unshare -m sh -c \"mount -t tmpfs -o size=64k tmpfs /dev/shm && CRAM_HOME=\(home) \(stream) --grace 0.1s --quiet; "
            + "status=\\$?; find /dev/shm -type f; exit \\$status\" > \(errors) 2>&1")
        var status: Int32 = 0
        waitpid(shell, &status, 0)
        let said = try String(decoding: InputFile.bytes(of: errors), as: UTF8.self)
        #expect(status >> 8 & 0xFF == 1)
        #expect(said.contains(found) && said.split(separator: "\n").count == 1, "\(said)")
      }
      #expect(try Folder.entries(of: kit.folder + "/home/rings").isEmpty)
    }
  }

  /// Whether this process may give another one its own small shared memory.
  private static let canMount: Bool = {
    guard let child = try? shell("unshare -m mount -t tmpfs -o size=64k tmpfs /dev/shm 2>/dev/null")
    else { return false }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return status == 0
  }()

  private static func shell(_ command: String) throws -> pid_t {
    let arguments: [String] = ["/bin/sh", "-c", command]
    let words = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    var child = pid_t()
    let failure = posix_spawn(&child, "/bin/sh", nil, nil, words + [nil], environ)
    guard failure == 0 else { throw TestSupportError(what: "start a shell", number: failure) }
    return child
  }
}
