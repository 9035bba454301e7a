import RingProtocol
import TestSupport
import Testing
import Training

struct CheckpointTests {
  /// A finished run of three steps in `folder`.
  private func run(in folder: String) throws -> RunFixture {
    var fixture = RunFixture(folder + "/run")
    fixture.budget = .steps(3)
    try fixture.run()
    return fixture
  }

  @Test func `a checkpoint holds what a reader needs`() throws {
    try withTemporaryFolder { folder in
      let fixture = try run(in: folder)
      let names = try Folder.entries(of: fixture.latest)
      #expect(
        names == [
          "checksums.json", "config.json", "model.safetensors", "optimizer.safetensors",
          "state.json", "tokenizer.json",
        ])
      let checkpoint = try Checkpoint(fixture.folder)
      #expect(checkpoint.configuration == RunFixture.shape)
      #expect(checkpoint.data == RunFixture.facts)
      #expect(checkpoint.companions == ["tokenizer.json"])
      let state = try Checkpoint(fixture.latest, for: .resuming).state()
      #expect(state.step == 3)
      #expect(state.position == state.used.sequences)
      #expect(state.optimizerStep == 3)
    }
  }

  @Test(arguments: [
    "model.safetensors", "config.json", "optimizer.safetensors", "state.json", "tokenizer.json",
  ])
  func `a flipped bit or a cut is refused and the file is named`(name: String) throws {
    try withTemporaryFolder { folder in
      let path = try run(in: folder).latest
      let good = try InputFile.bytes(of: path + "/" + name)
      var flipped = good
      flipped[good.count / 2] ^= 1
      for content in [flipped, Array(good[..<(good.count / 2)])] {
        try AtomicFile.replace(path + "/" + name, with: content)
        #expect {
          _ = try Checkpoint(path, for: .resuming)
        } throws: { "\($0)".contains("/" + name) && "\($0)".contains("damaged") }
      }
      try AtomicFile.replace(path + "/" + name, with: good)
      _ = try Checkpoint(path, for: .resuming)
    }
  }

  @Test func `a reader does not need the optimizer`() throws {
    try withTemporaryFolder { folder in
      let path = try run(in: folder).latest
      try Folder.remove(path + "/optimizer.safetensors")
      _ = try Checkpoint(path)
      #expect(throws: CheckpointError.self) { _ = try Checkpoint(path, for: .resuming) }
    }
  }

  @Test func `what is no checkpoint is refused in one line`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/file", with: "x")
      for (path, word) in [
        (folder + "/nowhere", "nothing is there"), (folder + "/file", "no folder"),
        (folder, "checksums.json"),
      ] {
        #expect {
          _ = try Checkpoint(path)
        } throws: { "\($0)".contains(word) && "\($0)".contains(path) }
      }
    }
  }

  @Test func `a checkpoint of a later format is refused`() throws {
    try withTemporaryFolder { folder in
      let path = try run(in: folder).latest + "/checksums.json"
      var json = try JSONValue.read(path)
      json["format"] = 2
      try AtomicFile.replace(path, with: json.serialized())
      #expect { _ = try Checkpoint(folder + "/run") } throws: { "\($0)".contains("format 2") }
    }
  }

  @Test func `the newest three stay, and what a killed writer left goes`() throws {
    try withTemporaryFolder { folder in
      var fixture = RunFixture(folder + "/run")
      let litter = fixture.folder + "/checkpoints/step-1.tmp"
      try Folder.create(litter)
      try AtomicFile.replace(litter + "/model.safetensors", with: "torn")
      fixture.checkpointEvery = .zero
      try fixture.run()
      let names = try Folder.entries(of: fixture.folder + "/checkpoints")
      #expect(names == ["latest", "step-28", "step-29", "step-30"])
    }
  }

  @Test func `state survives its file bit by bit`() throws {
    var state = RunState()
    (state.step, state.position, state.optimizerStep, state.skipped) = (7, 1 << 60, 6, 1)
    (state.used.seconds, state.used.waited, state.used.tokens) = (0.1 + 0.2, 1e-300, 5)
    (state.lossSum, state.masked, state.learningRate) = (1.0 / 3, 9, 7e-4)
    (state.gradientNorm, state.batch, state.atLine) = (2.0 / 3, 11, state.used)
    let text = state.json.serialized(pretty: true)
    #expect(RunState(try JSONValue.parse(text)) == state)
    for member in state.json.members ?? [] where member.key != "gradient_norm" {
      var json = state.json
      json[member.key] = nil
      #expect(RunState(json) == nil, "without \(member.key)")
    }
  }

  @Test func `a configuration survives its file`() throws {
    let text = RunFixture.shape.json.serialized()
    #expect(try ModelConfiguration(JSONValue.parse(text)) == RunFixture.shape)
    var json = RunFixture.shape.json
    json["hidden_size"] = nil
    #expect { _ = try ModelConfiguration(json) } throws: { "\($0)".contains("hidden_size") }
    json = RunFixture.shape.json
    json["model_type"] = "bert"
    #expect { _ = try ModelConfiguration(json) } throws: { "\($0)".contains("bert") }
  }
}
