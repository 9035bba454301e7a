import DataPrep
import RingProtocol
import Shards
import TestSupport
import Testing

/// The executable `cram-tokenize`, as people and programs call it.
struct TokenizeCommandTests {
  private func withWorld(_ body: (TokenizeWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(try TokenizeWorld($0, documents: 60)) }
  }

  private func run(_ world: TokenizeWorld, _ arguments: String...) throws -> Program.Result {
    let tokenizer = ["--tokenizer", world.folder + "/vocabulary"]
    return try Program("tokenize", arguments + tokenizer).wait()
  }

  @Test func `shards, report and tokenizer lie in the folder, and decode to the text`() throws {
    try withWorld { world in
      let (corpus, out) = (world.folder + "/corpus.jsonl", world.folder + "/out")
      let done = try run(
        world, corpus, "--output", out, "--order", "natural", "--length", "16", "--heldout", "4")
      #expect(done.status == 0, "\(done.errors)")
      #expect(
        try Folder.entries(of: out) == [
          "heldout", "report.json", "tokenizer.json", "tokenizer_config.json", "train", "vocab.txt",
        ])
      let manifest = try Manifest.read(out + "/train")
      #expect(try SHA256.hex(ofFile: out + "/tokenizer.json") == manifest.tokenizerSHA256)
      let shown = try Program.run("inspect", out + "/train", "--decode", "0", "--json")
      let text = try JSONValue.parse(shown.output)["text"]?.string ?? ""
      #expect(text.contains("w") && !text.contains("[SEP]"))
      #expect(try Program.run("inspect", out + "/train", "--verify").status == 0)
      let again = try run(
        world, corpus, "--output", out, "--order", "natural", "--length", "16", "--heldout", "4")
      #expect(again.status == 0 && again.output.contains("up to date"))
    }
  }

  @Test func `ids go to a file, and to standard output`() throws {
    try withWorld { world in
      let corpus = world.folder + "/corpus.jsonl"
      let out = try run(world, corpus, "--ids", "-")
      #expect(out.status == 0 && out.output.split(separator: "\n").count == 60)
      let file = world.folder + "/ids.jsonl"
      let done = try run(world, corpus, "--ids", file, "--json")
      #expect(String(decoding: try InputFile.bytes(of: file), as: UTF8.self) == out.output)
      #expect(try JSONValue.parse(done.output)["seconds"]?.double != nil)
    }
  }

  @Test func `show names pieces, ids and bytes`() throws {
    try withWorld { world in
      let done = try run(world, "--show", "w3 é w1.", "--json")
      let tokens = try JSONValue.parse(done.output)["tokens"]?.array ?? []
      #expect(tokens.compactMap { $0["piece"]?.string } == ["w3", "[UNK]", "w1", "."])
      #expect(tokens.compactMap { $0["start"]?.int } == [0, 3, 6, 8])
      #expect(tokens.compactMap { $0["end"]?.int } == [2, 5, 8, 9])
    }
  }

  @Test func `bad input is one line, status 1, and leaves nothing`() throws {
    try withWorld { world in
      let (corpus, out) = (world.folder + "/corpus.jsonl", world.folder + "/out")
      let empty = world.folder + "/empty.jsonl"
      try AtomicFile.replace(empty, with: "")
      let cases: [([String], String)] = [
        ([world.folder + "/missing.jsonl", "--output", out], "missing.jsonl"),
        ([empty, "--output", out], "0 tokens"),
        ([corpus, "--output", out, "--heldout", "60"], "held out"),
        ([corpus, "--output", corpus], "not a folder"),
        ([corpus, "--ids", world.folder], "folder"),
      ]
      for (arguments, part) in cases {
        let done = try Program(
          "tokenize", arguments + ["--tokenizer", world.folder + "/vocabulary"]
        ).wait()
        #expect(done.status == 1 && done.errors.contains(part), "\(done.errors)")
        #expect(done.errors.hasPrefix("cram-tokenize: "))
        #expect(done.errors.split(separator: "\n").count == 1)
        #expect(Folder.kind(of: out) == .nothing)
      }
    }
  }

  @Test func `a damaged line stops the run and names its place`() throws {
    try withWorld { world in
      let corpus = world.folder + "/broken.jsonl"
      try AtomicFile.replace(corpus, with: "{\"text\": \"w1\"}\n{\"text\": \n")
      let done = try run(world, corpus, "--output", world.folder + "/out")
      #expect(done.status == 1 && done.errors.contains("broken.jsonl:2"))
      let names = try Folder.entries(of: world.folder + "/out")
      #expect(!names.contains("report.json") && !names.contains("train"))
    }
  }

  @Test func `wrong usage is status 2`() throws {
    try withWorld { world in
      let (corpus, out) = (world.folder + "/corpus.jsonl", world.folder + "/out")
      for arguments in [
        [corpus], [corpus, "--output", out, "--ids", "-"], ["--output", out],
        [corpus, "--ids", "-", "--json"], [corpus, "--ids", "-", "--length", "8"],
        [corpus, "--show", "w1"], [corpus, "--output", out, "--length", "0"],
        [corpus, "--output", out, "--heldout", "1.5"], [corpus, "--output", out, "--level", "99"],
        [corpus, "--output", out, "--order", "sideways"],
        [corpus, "--output", out, "--codec", "gzip"], [corpus, "--output", out, "--parity", "1"],
        [corpus, "--output", out, "--codec", "lz4", "--level", "13"],
        [corpus, "--ids", "-", "--provenance", "none"],
      ] {
        let done = try Program(
          "tokenize", arguments + ["--tokenizer", world.folder + "/vocabulary"]
        ).wait()
        #expect(done.status == 2, "\(arguments): \(done.errors)")
        #expect(Folder.kind(of: out) == .nothing)
      }
    }
  }
}
