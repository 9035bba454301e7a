import RingProtocol
import TestSupport
import Testing
import Training

struct RunFolderTests {
  private func refusal(_ fixture: RunFixture) -> String {
    do {
      _ = try RunFolder.open(fixture.folder, fixture.request)
      return "not refused"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a finished run is up to date and left alone`() throws {
    try withTemporaryFolder { folder in
      let fixture = RunFixture(folder + "/run")
      try fixture.run()
      let before = try fixture.weights
      #expect(try fixture.run() == nil)
      #expect(try fixture.weights == before)
    }
  }

  @Test func `another setting is refused by name, and --overwrite replaces the run`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(3)
      try fixture.run()
      fixture.learningRate = 1e-5
      let said = refusal(fixture)
      #expect(said.contains("learning_rate 0.003, not 1e-05") && said.contains("--overwrite"))
      fixture.overwrite = true
      #expect(try fixture.run() != nil)
      #expect(try fixture.metrics.count == 4)
    }
  }

  @Test func `a larger budget needs --resume and keeps what was done`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(6)
      try fixture.run()
      let before = try fixture.losses
      fixture.budget = .steps(9)
      #expect(refusal(fixture).contains("--resume"))
      fixture.resume = true
      try fixture.run()
      #expect(try fixture.losses.prefix(7).elementsEqual(before))
      #expect(try fixture.metrics.map { $0["step"]?.int } == (0...9).map { Int64($0) })
      #expect(try fixture.run() == nil)
      fixture.budget = .steps(8)
      #expect(refusal(fixture).contains("only to a larger one"))
      fixture.budget = .tokens(1 << 40)
      #expect(refusal(fixture).contains("same unit"))
    }
  }

  @Test func `nothing to resume, foreign files and files in the way are refused`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.resume = true
      #expect(refusal(fixture).contains("no run to resume"))
      #expect(Folder.kind(of: fixture.folder) == .nothing)
      fixture.resume = false
      try AtomicFile.replace(folder + "/file", with: "x")
      fixture.folder = folder + "/file"
      #expect(refusal(fixture).contains("not a folder"))
      fixture.folder = folder
      fixture.overwrite = true
      #expect(refusal(fixture).contains("holds file"))
    }
  }

  @Test func `recorded threads and micro-batch are kept, others refused`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      (fixture.budget, fixture.threads) = (.steps(2), 1)
      try fixture.run()
      (fixture.resume, fixture.budget, fixture.threads, fixture.microBatch) = (
        true, .steps(4), nil, nil
      )
      guard case .ready(let run, _) = try RunFolder.open(fixture.folder, fixture.request) else {
        Issue.record("not opened")
        return
      }
      #expect(run.execution == TrainingExecution(threads: 1, microBatch: 4))
      fixture.threads = 2
      #expect(refusal(fixture).contains("threads 1, not 2"))
      (fixture.threads, fixture.microBatch) = (nil, 5)
      #expect(refusal(fixture).contains("micro-batch of 4, not 5"))
    }
  }

  @Test func `other data is refused`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      fixture.budget = .steps(2)
      try fixture.run()
      fixture.facts.fingerprint = String(repeating: "cd", count: 32)
      #expect(refusal(fixture).contains("fingerprint cdcdcdcdcdcdcdcd, expected ababab"))
      fixture.facts = RunFixture.facts
      fixture.facts.vocabularySize = 59
      #expect(refusal(fixture).contains("a vocabulary of 59 words, expected 60 words"))
    }
  }

  @Test func `a run that was killed before its first checkpoint begins anew`() throws {
    try withTemporaryFolder { folder in
      let fixture = RunFixture(folder + "/run")
      try fixture.run()
      let losses = try fixture.losses
      try Folder.remove(fixture.folder + "/checkpoints")
      try Folder.remove(fixture.folder + "/report.json")
      try fixture.run()
      #expect(try fixture.losses == losses)
    }
  }

  @Test func `two trainers do not share a folder`() throws {
    try withTemporaryFolder { folder in
      let fixture = RunFixture(folder + "/run")
      try fixture.run { source in
        source.before = { position in
          guard position == 0 else { return }
          #expect { try fixture.run() } throws: { "\($0)".contains("another process trains in it") }
        }
      }
    }
  }

  @Test func `the plan counts the published model`() throws {
    var settings = RunFixture("unused").request.settings
    settings.model = try #require(ModelConfiguration.preset("crammed-bert", vocabularySize: 32_768))
    var facts = RunFixture.facts
    (facts.vocabularySize, facts.sequenceLength) = (32_768, 128)
    let request = RunRequest(
      settings: settings, data: facts, heldOutFingerprint: nil, threads: nil, microBatch: nil,
      defaultThreads: 2)
    let plan = request.plan
    #expect(plan["parameters"] == 119_589_889)
    #expect(abs((plan["flops_per_token"]?.double ?? 0) - 622.854e6) < 1e3)
    #expect((plan["memory_bytes"]?.int ?? 0) > 4 * 4 * 119_589_889)
  }
}
