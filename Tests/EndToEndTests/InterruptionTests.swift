import Glibc
import RingProtocol
import TestSupport
import Testing

/// Runs that are stopped or whose streamer dies end as if nothing had happened.
@Suite(.serialized) struct InterruptionTests {
  private static let budget = "400-steps"

  private func weights(_ run: String) throws -> String {
    try SHA256.hex(ofFile: run + "/checkpoints/latest/model.safetensors")
  }

  private func losses(_ run: String) throws -> [JSONValue?] {
    try metrics(run).map { $0["loss"] }
  }

  /// Waits until `condition` holds; a child that has ended ends the wait too.
  private func wait(for program: Program, until condition: () -> Bool) {
    while program.isRunning, !condition() { usleep(2000) }
  }

  private func lineCount(_ run: String) -> Int {
    (try? metrics(run).count) ?? 0
  }

  @Test func `interrupted and resumed training gives the weights of an uninterrupted run`() throws {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder, documents: 200)
      let whole = folder + "/whole"
      let undisturbed = try Program("train", road.training(whole, budget: Self.budget, "--quiet"))
        .wait()
      try #require(undisturbed.status == 0, "\(undisturbed.errors)")
      for (signal, status) in [(SIGTERM, 143), (SIGINT, 130), (SIGKILL, -9)] as [(Int32, Int32)] {
        let run = folder + "/run-\(signal)"
        let arguments = road.training(
          run, budget: Self.budget, "--quiet", "--checkpoint-every", "0.1s")
        let program = try Program("train", arguments)
        wait(for: program) { lineCount(run) > 3 }
        program.signal(signal)
        let stopped = program.wait()
        #expect(stopped.status == status, "\(stopped.errors)")
        let again = try Program("train", arguments).wait()
        try #require(again.status == 0, "\(again.errors)")
        #expect(try weights(run) == weights(whole))
        #expect(try losses(run) == losses(whole))
      }
    }
  }

  @Test func `kill -9 of the streamer loses and repeats nothing`() throws {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder, documents: 200)
      let (whole, run) = (folder + "/whole", folder + "/run")
      let undisturbed = try Program("train", road.training(whole, budget: Self.budget, "--quiet"))
        .wait()
      try #require(undisturbed.status == 0, "\(undisturbed.errors)")
      let program = try Program("train", road.training(run, budget: Self.budget, "--quiet"))
      var kills = 0
      while kills < 3, program.isRunning {
        let seen = lineCount(run)
        guard seen > kills + 1, let streamer = children(of: program.pid).first else {
          usleep(2000)
          continue
        }
        if kill(streamer, SIGKILL) == 0 { kills += 1 }
        wait(for: program) { lineCount(run) > seen + 1 }
      }
      let result = program.wait()
      #expect(result.status == 0, "\(result.errors)")
      #expect(kills > 0)
      #expect(try weights(run) == weights(whole))
      #expect(try losses(run) == losses(whole))
    }
  }

  @Test
  func
    `a streamer that stands still ends training with a checkpoint, and the same command goes on`()
    throws
  {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder, documents: 200)
      let run = folder + "/run"
      let arguments = road.training(run, budget: "100000-steps", "--quiet")
      let program = try Program("train", arguments + ["--stall-limit", "1s"])
      wait(for: program) { lineCount(run) > 1 }
      let streamer = try #require(children(of: program.pid).first)
      kill(streamer, SIGSTOP)
      let stalled = program.wait()
      #expect(stalled.status == 1)
      #expect(stalled.errors.contains("stopped by a signal"), "\(stalled.errors)")
      #expect(try !weights(run).isEmpty)
      let seen = lineCount(run)
      let again = try Program("train", arguments)
      wait(for: again) { lineCount(run) > seen }
      again.signal(SIGTERM)
      #expect(again.wait().status == 143)
      #expect(lineCount(run) > seen)
    }
  }

  @Test func `a killed trainer takes its streamer and its ring along`() throws {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder, documents: 200)
      let run = folder + "/run"
      let program = try Program("train", road.training(run, budget: "100000-steps", "--quiet"))
      wait(for: program) { lineCount(run) > 2 }
      let streamers = children(of: program.pid)
      let rings = try Set(Folder.entries(of: "/dev/shm")).filter { $0.contains("\(program.pid)") }
      #expect(!streamers.isEmpty)
      program.signal(SIGKILL)
      _ = program.wait()
      for streamer in streamers {
        for _ in 0..<5000 where kill(streamer, 0) == 0 { usleep(2000) }
        #expect(kill(streamer, 0) != 0)
      }
      #expect(try Set(Folder.entries(of: "/dev/shm")).isDisjoint(with: rings))
    }
  }

  /// The processes that `pid` started and that still live.
  private func children(of pid: pid_t) -> [pid_t] {
    let threads = (try? Folder.entries(of: "/proc/\(pid)/task")) ?? []
    return threads.flatMap { thread -> [pid_t] in
      let list = (try? InputFile.bytes(of: "/proc/\(pid)/task/\(thread)/children")) ?? []
      return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
    }
  }
}
