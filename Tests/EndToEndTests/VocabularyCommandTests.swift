import RingProtocol
import TestSupport
import Testing

/// `cram vocab` as people run it.
@Suite struct VocabularyCommandTests {
  private static let files = [
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// Three thousand short documents of a few hundred words, more than one read of the input.
  private func corpus(in folder: String) throws -> String {
    var text = ""
    for number in 0..<3000 {
      let words = (0..<20).map { "w\((number * 31 + $0 * $0) % 397)ord\(($0 * number) % 7)" }
      text += "{\"text\": \"\(words.joined(separator: " ")) — <mask>.\"}\n"
    }
    let path = "\(folder)/corpus.jsonl"
    try AtomicFile.replace(path, with: text)
    return path
  }

  private func contents(of folder: String) throws -> [[UInt8]] {
    try Self.files.map { try InputFile.bytes(of: "\(folder)/\($0)") }
  }

  @Test func `threads do not change a byte`() throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      for threads in ["1", "2", "5"] {
        let result = try Program.run(
          "vocab", corpus, "--size", "500", "--threads", threads, "--output",
          folder + "/" + threads,
          "--quiet")
        #expect(result.status == 0, "\(result.errors)")
      }
      let first = try contents(of: folder + "/1")
      #expect(try contents(of: folder + "/2") == first)
      #expect(try contents(of: folder + "/5") == first)
    }
  }

  @Test func `a size out of reach is refused and leaves nothing in the way`() throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      let output = folder + "/out"
      let refused = try Program.run("vocab", corpus, "--size", "60000", "--output", output)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("60000"))
      #expect(Folder.kind(of: output) == .nothing)
      #expect(try Program.run("vocab", corpus, "--size", "500", "--output", output).status == 0)
    }
  }

  @Test func `what is finished is left as it is, and other settings are refused`() throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      let command = ["vocab", corpus, "--output", folder + "/out"]
      func run(_ options: String...) throws -> Program.Result {
        let program = try Program(command[0], Array(command[1...]) + options)
        return program.wait()
      }
      #expect(try run("--size", "500").status == 0)
      let again = try run("--size", "500", "--threads", "1")
      #expect(again.status == 0 && again.output.contains("up to date"))
      #expect(try run("--size", "400").status == 1)
      #expect(try run("--size", "400", "--overwrite").status == 0)
    }
  }

  @Test func `a sample counts what it leaves out`() throws {
    try withTemporaryFolder { folder in
      let result = try Program.run(
        "vocab", corpus(in: folder), "--size", "500", "--sample", "0.5", "--output",
        folder + "/out", "--json", "--quiet")
      let report = try JSONValue.parse(result.output)
      let left = try #require(report["dropped"]?["not-sampled"]?["documents"]?.int)
      #expect((1200...1800).contains(left))
      #expect(report["input"]?["documents"]?.int == 3000)
      #expect(report["output"]?["documents"]?.int == 3000 - left)
    }
  }

  @Test(arguments: [
    ["--sample", "0"], ["--sample", "1.5"], ["--size", "3"], ["--normalizer", "x"],
  ])
  func `options out of range are wrong usage`(options: [String]) throws {
    let program = try Program("vocab", ["nowhere.jsonl", "--output", "/nowhere"] + options)
    #expect(program.wait().status == 2)
  }
}
