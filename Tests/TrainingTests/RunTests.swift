import Glibc
import RingProtocol
import TestSupport
import Testing
import Training

struct RunTests {
  @Test func `a run learns, begins with step 0 and ends with a full line`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      (fixture.budget, fixture.learningRate) = (.steps(300), 1e-2)
      let report = try #require(try fixture.run())
      let lines = try fixture.metrics
      #expect(lines[0]["step"] == 0)
      #expect(lines[0]["loss"] == .null)
      #expect(lines[0]["wait_seconds"]?.double == 0)
      for name in [
        "step", "tokens", "sequences", "seconds", "loss", "learning_rate", "gradient_norm", "batch",
        "tokens_per_second", "model_flops_utilization", "wait_seconds", "heldout_loss",
        "heldout_accuracy",
      ] {
        #expect(lines.last?[name]?.double != nil, "\(name)")
      }
      let before = try #require(lines[0]["heldout_loss"]?.double)
      let after = try #require(lines.last?["heldout_loss"]?.double)
      #expect(after < before - 0.4)
      #expect(report["steps"] == 300)
      #expect(report["heldout_loss"]?.double == after)
      #expect(lines.map { $0["step"]?.int } == (0...300).map { Int64($0) })
    }
  }

  @Test(arguments: [Budget.tokens(3000), .steps(17)])
  func `a budget ends with the update that uses it up`(budget: Budget) throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = budget
      try fixture.run()
      let last = try #require(try fixture.metrics.last)
      switch budget {
      case .tokens(let tokens):
        let (used, batch) = (last["tokens"]?.int ?? 0, last["batch"]?.int ?? 0)
        #expect(used >= tokens && used - batch * 16 < tokens)
      default: #expect(last["step"] == 17)
      }
      #expect(last["tokens"]?.int == 16 * (last["sequences"]?.int ?? 0))
    }
  }

  @Test func `the batch follows the ramp and the learning rate the schedule`() throws {
    try withTemporaryFolder { folder in
      let fixture = RunFixture(folder + "/run")
      try fixture.run()
      let ramp = fixture.request.settings.ramp
      for line in try fixture.metrics.dropFirst() {
        let x = Double((line["step"]?.int ?? 0) - 1) / 30
        #expect(line["batch"]?.int == Int64(ramp.target(at: x)))
        let rate = 3e-3 * Schedule.triangle.multiplier(at: x)
        #expect(line["learning_rate"]?.double == rate)
      }
    }
  }

  @Test(arguments: [1, 7, 19, 29])
  func `an interrupted run goes on to the bits of one that was not`(stop: Int) throws {
    try withTemporaryFolder { folder in
      let whole = RunFixture(folder + "/whole")
      try whole.run()
      var fixture = RunFixture(folder + "/stopped")
      let flag = CancellationFlag()
      fixture.cancellation = flag
      let position = try #require(try whole.metrics[stop]["sequences"]?.int)
      #expect(throws: Interrupted(signal: SIGTERM)) {
        try fixture.run { source in
          source.before = { if $0 > UInt64(position) { flag.cancel(signal: SIGTERM) } }
        }
      }
      fixture.cancellation = CancellationFlag()
      try fixture.run()
      #expect(try fixture.weights == whole.weights)
      #expect(try fixture.losses == whole.losses)
    }
  }

  /// As after a kill: the metrics are ahead of the checkpoint, and their last line is torn.
  @Test func `lines after the checkpoint are cut off and come again`() throws {
    try withTemporaryFolder { folder in
      let (whole, fixture) = (RunFixture(folder + "/whole"), RunFixture(folder + "/cut"))
      try whole.run()
      struct Broken: Error {}
      #expect(throws: Broken.self) {
        try fixture.run { $0.before = { if $0 > 100 { throw Broken() } } }
      }
      let path = fixture.folder + "/metrics.jsonl"
      let step = try #require(try fixture.metrics.last?["step"]?.int)
      var bytes = try InputFile.bytes(of: path)
      for ahead in 1...3 {
        bytes += Array("{\"step\": \(step + Int64(ahead)), \"loss\": 1}\n".utf8)
      }
      bytes += Array("{\"step\": 99, \"lo".utf8)
      try AtomicFile.replace(path, with: bytes)
      try fixture.run()
      #expect(try fixture.losses == whole.losses)
      #expect(try fixture.weights == whole.weights)
    }
  }

  @Test func `threads and transport do not change the weights`() throws {
    try withTemporaryFolder { folder in
      var (one, three) = (RunFixture(folder + "/one"), RunFixture(folder + "/three"))
      (one.threads, three.threads) = (1, 3)
      try one.run()
      try three.run()
      #expect(try one.weights == three.weights)
      #expect(try one.losses == three.losses)
    }
  }

  @Test func `another seed gives another run`() throws {
    try withTemporaryFolder { folder in
      var (one, other) = (RunFixture(folder + "/one"), RunFixture(folder + "/other"))
      other.seed = 1
      try one.run()
      try other.run()
      #expect(try one.weights != other.weights)
    }
  }

  @Test func `the micro-batch changes rounding only`() throws {
    try withTemporaryFolder { folder in
      var (small, large) = (RunFixture(folder + "/small"), RunFixture(folder + "/large"))
      (small.microBatch, large.microBatch) = (1, 11)
      try small.run()
      try large.run()
      for (a, b) in zip(try small.metrics, try large.metrics).dropFirst() {
        let (a, b) = (try #require(a["loss"]?.double), try #require(b["loss"]?.double))
        #expect(abs(a - b) < 1e-3)
      }
    }
  }

  @Test func `data that ends before the budget ends the run well`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(1000)
      guard case .ready(let run, _) = try RunFolder.open(fixture.folder, fixture.request) else {
        return
      }
      let options = TrainingOptions(
        checkpointEvery: .seconds(3600), companions: [], heldOut: try fixture.heldOut,
        machine: .null, peak: 1, cancellation: .init(),
        progress: ProgressMeter(label: "", unit: ""))
      let report = try TrainingRun(
        fixture.request, folder: run, checkpoint: nil,
        source: ArraySource(fixture.facts, end: 100), pool: ThreadPool(threads: 1), options: options
      ).run()
      #expect(report["sequences"] == 100)
      #expect(try fixture.metrics.last?["heldout_loss"]?.double != nil)
    }
  }

  @Test func `losses that are not finite leave the weights alone and end the run after a while`()
    throws
  {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.learningRate = 9.9e30
      fixture.budget = .steps(200)
      #expect {
        try fixture.run()
      } throws: { error in
        "\(error)".contains("not finite in 10 updates in a row")
      }
      let skipped = try fixture.metrics.last?["skipped_updates"]?.int ?? 0
      #expect(skipped > 0 && skipped < 10)
    }
  }

  @Test func `lines thin out as a run grows, by the step alone`() {
    let due = (1...30_000).filter { MetricsLine.isDue(step: UInt64($0)) }
    #expect(Array(due[..<1000]) == Array(1...1000))
    #expect(due[1000] == 1010)
    #expect(due.contains(10_000) && due.contains(10_100) && !due.contains(10_010))
    #expect(due.count == 1000 + 900 + 200)
  }

  @Test func `a token outside the vocabulary stops the run and is named`() throws {
    var facts = RunFixture.facts
    facts.vocabularySize = 20
    let stream = SequenceStream(WrongSource(facts), position: 0)
    #expect(throws: TrainingDataError.unknownToken(id: 59, vocabularySize: 20, position: 0)) {
      _ = try MaskedEvaluation(facts).read(stream, limit: 8, microBatch: 4)
    }
  }

  @Test func `a stream that leaps is refused`() throws {
    let stream = SequenceStream(ArraySource(RunFixture.facts, from: 6), position: 5)
    #expect(throws: TrainingDataError.wrongPosition(found: 6, expected: 5)) {
      _ = try stream.waitForData()
    }
  }
}

/// A source whose tokens do not fit its own vocabulary.
private final class WrongSource: SequenceSource {
  let facts: DataFacts
  let tokenType = RingHeader.TokenType.u32
  let waitedNanoseconds: UInt64 = 0
  private let tokens: UnsafeMutableBufferPointer<UInt32>

  init(_ facts: DataFacts) {
    self.facts = facts
    tokens = .allocate(capacity: facts.sequenceLength)
    tokens.initialize(repeating: 59)
  }

  deinit { tokens.deallocate() }

  func next() -> SequenceBatch? {
    SequenceBatch(firstPosition: 0, sequences: 1, tokens: UnsafeRawBufferPointer(tokens))
  }

  func release() {}
}
