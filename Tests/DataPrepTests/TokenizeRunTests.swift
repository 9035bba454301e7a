import DataPrep
import RingProtocol
import Shards
import TestSupport
import Testing
import Tokenization

/// How a run begins, is stopped, goes on and ends.
struct TokenizeRunTests {
  @Test func `a finished result is left as it is`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 50)
      try world.tokenize("out") { $0.heldout = .count(5) }
      let before = try InputFile.bytes(of: folder + "/out/report.json")
      try world.tokenize("out", threads: 2) { $0.heldout = .count(5) }
      #expect(try InputFile.bytes(of: folder + "/out/report.json") == before)
      #expect(
        try Folder.entries(of: folder + "/out") == [
          "heldout", "report.json", "tokenizer.json", "tokenizer_config.json", "train", "vocab.txt",
        ])
      #expect(throws: OutputFolderError.self) { try world.tokenize("out") { $0.seed = 9 } }
    }
  }

  @Test func `stopped anywhere while it writes, the same command gives the same bytes`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      try world.tokenize("whole") { $0.heldout = .count(20) }
      let whole = try world.files("whole")
      for phase in 0..<3 {
        let name = "stopped-\(phase)"
        let flag = CancellationFlag()
        var seen = 0
        let stage = try world.stage(name, cancellation: flag) { $0.heldout = .count(20) }
        #expect(throws: Interrupted.self) {
          try stage.perform(overwrite: false) { _, work in
            if seen == phase { flag.cancel(signal: 15) }
            seen += 1
            try work()
          }
        }
        #expect(Folder.kind(of: "\(folder)/\(name)/report.json") == .nothing)
        let left = try world.files(name)
        for (file, digest) in left where file.hasSuffix(".tok.zst") {
          #expect(digest == whole[file])
        }
        try world.tokenize(name) { $0.heldout = .count(20) }
        #expect(try world.files(name) == whole)
      }
    }
  }

  @Test func `what was packed is not packed again`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 200)
      let flag = CancellationFlag()
      let stage = try world.stage("out", cancellation: flag)
      #expect(throws: Interrupted.self) {
        try stage.perform(overwrite: false) { meter, work in
          if meter.label == "write train" { flag.cancel(signal: 2) }
          try work()
        }
      }
      var labels: [String] = []
      let again = try world.stage("out")
      _ = try again.perform(overwrite: false) { meter, work in
        labels.append(meter.label)
        try work()
      }
      #expect(labels == ["write train"])
    }
  }

  @Test func `too little text is told with its tokens`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 3)
      let tokens = world.ids.reduce(0) { $0 + $1.count }
      let expected = TokenizeError.tooLittleText(
        side: "train", documents: 3, tokens: UInt64(tokens), length: 4000)
      #expect(throws: expected) { try world.tokenize("a") { $0.length = 4000 } }
      #expect(Folder.kind(of: folder + "/a") == .nothing)
      #expect(throws: TokenizeError.nothingToTrainOn(documents: 3)) {
        try world.tokenize("b") { $0.heldout = .count(3) }
      }
    }
  }

  @Test func `an empty corpus is told so`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 0)
      #expect(
        throws: TokenizeError.tooLittleText(side: "train", documents: 0, tokens: 0, length: 8)
      ) { try world.tokenize("out") }
    }
  }

  @Test func `a frame too large for any reader is refused before work begins`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 3)
      #expect(throws: TokenizeError.self) {
        try world.tokenize("out") { ($0.length, $0.frameSequences) = (1 << 20, 4096) }
      }
      #expect(Folder.kind(of: folder + "/out") == .nothing)
    }
  }

  @Test func `bad lines are dropped and counted`() throws {
    try withTemporaryFolder { folder in
      let world = try TokenizeWorld(folder, documents: 50)
      let good = try InputFile.bytes(of: folder + "/corpus.jsonl")
      let bad = Array("{\"text\": \"w1 ".utf8) + [0xFF] + Array("\"}\n".utf8)
      try AtomicFile.replace(folder + "/corpus.jsonl", with: good + bad)
      let report = try world.tokenize("out") { $0.order = .natural }
      #expect(report["input"]?["documents"]?.int == 51)
      #expect(report["output"]?["documents"]?.int == 50)
      #expect(report["dropped"]?["invalid-utf8"]?["bytes"]?.int == Int64(bad.count - 1))
      #expect(try world.sequences("out") == blocks(world.ids, length: 8))
    }
  }
}
