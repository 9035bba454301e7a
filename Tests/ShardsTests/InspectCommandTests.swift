import RingProtocol
import Shards
import TestSupport
import Testing

/// The executable `cram-inspect`, as people and programs call it.
struct InspectCommandTests {
  private func withDataset(_ body: (_ folder: String, SampleSource) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 100, type: .u16)
      try writeSample(source, vocabulary: 100, to: folder + "/train")
      try body(folder, source)
    }
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let done = try Program("inspect", arguments + ["--json"]).wait()
    #expect(done.status == 0, "\(done.errors)")
    return try JSONValue.parse(done.output)
  }

  @Test func `a dataset and a shard alone tell their numbers`() throws {
    try withDataset { folder, source in
      let dataset = try json(folder + "/train")
      #expect(dataset["sequences"]?.int == 23)
      #expect(dataset["tokens"]?.int == 368)
      #expect(dataset["sequence_length"]?.int == 16)
      #expect(dataset["vocabulary_size"]?.int == 100)
      #expect(dataset["documents"]?.int == 7)
      let shard = try json(folder + "/train/00001.tok.zst")
      #expect(shard["sequences"]?.int == 10)
      #expect(shard["documents"]?.int == 4)
      let unknown = source.ids[160..<320].count { $0 == 1 }
      #expect(shard["statistics"]?["unknown_tokens"]?.int == Int64(unknown))
      let both = try json(folder + "/train", folder + "/train/00001.tok.zst")
      #expect(both["inspected"]?.array?.count == 2)
    }
  }

  @Test func `sequences are counted through all shards`() throws {
    try withDataset { folder, source in
      for number in [0, 9, 10, 22] {
        let said = try json(folder + "/train", "--decode", "\(number)")
        let expected = source.ids[number * 16..<(number + 1) * 16].map(Int64.init)
        #expect(said["ids"]?.array?.compactMap(\.int) == expected)
      }
      let alone = try json(folder + "/train/00001.tok.zst", "--decode", "3")
      #expect(
        alone["ids"]?.array?.compactMap(\.int) == source.ids[13 * 16..<14 * 16].map(Int64.init))
      let drawn = try json(folder + "/train", "--random", "5")["sequences"]?.array ?? []
      #expect(Set(drawn.compactMap { $0["sequence"]?.int }).count == 5)
      #expect(try json(folder + "/train", "--random", "99")["sequences"]?.array?.count == 23)
    }
  }

  @Test func `the documents of a sequence and the sequences of a document`() throws {
    try withDataset { folder, _ in
      let traced = try json(folder + "/train", "--trace", "13")["documents"]?.array ?? []
      #expect(traced.map { $0["id"]?.string } == ["document-4"])
      #expect(traced[0]["file"]?.string == "b/c.jsonl.zst" && traced[0]["source"]?.string == "even")
      #expect(traced[0]["offset"]?.int == 16 && traced[0]["tokens"]?.int == 16)
      let found = try json(folder + "/train", "--find-document", "document-3")
      #expect(found["sequences"]?.array?.compactMap(\.int) == [9, 10, 11])
      let alone = try json(folder + "/train/00001.tok.zst", "--find-document", "document-3")
      #expect(alone["sequences"]?.array?.compactMap(\.int) == [0, 1])
      for words in [["--find-document", "nobody"], ["--trace", "23"]] {
        let done = try Program("inspect", [folder + "/train"] + words).wait()
        #expect(done.status == 1 && done.errors.contains(words[1]))
      }
    }
  }

  @Test func `a page holds the figures of the JSON`() throws {
    try withDataset { folder, _ in
      let page = folder + "/page.html"
      let said = try json(folder + "/train", "--deep", "--html", page)
      let html = String(decoding: try InputFile.bytes(of: page), as: UTF8.self)
      let embedded = try #require(
        html.split(separator: "id=\"report\">").last?.split(separator: "</script>").first)
      #expect(try JSONValue.parse(String(embedded)) == said)
      #expect(html.contains("<b data-key=\"tokens\">368</b>"))
      #expect(!html.contains("http") && !html.contains("src="))
      #expect(html.components("<svg") == 5 && html.components("</svg>") == 5)
    }
  }

  @Test func `exports hold every sequence`() throws {
    try withDataset { folder, source in
      func exported(_ format: String) throws -> [UInt8] {
        let path = "\(folder)/export.\(format)"
        let done = try Program.run(
          "inspect", folder + "/train", "--export", format, "--output", path)
        #expect(done.status == 0, "\(done.errors)")
        return try InputFile.bytes(of: format == "mds" ? path + "/shard.00000.mds" : path)
      }
      let plain = source.bytes(of: 0..<23)
      #expect(try exported("npy").suffix(plain.count) == plain[...])
      #expect(try exported("mds").suffix(plain.count) == plain[...])
      let lines = String(decoding: try exported("jsonl"), as: UTF8.self).split(separator: "\n")
      let first = try JSONValue.parse(String(lines[0]))["input_ids"]?.array?.compactMap(\.int)
      #expect(lines.count == 23 && first == source.ids[..<16].map(Int64.init))
      #expect(try exported("parquet").suffix(4) == Array("PAR1".utf8)[...])
    }
  }

  @Test func `verify says nothing of a whole dataset and a line for each fault`() throws {
    try withDataset { folder, _ in
      let good = try Program.run("inspect", folder + "/train", "--verify")
      #expect(good.status == 0 && good.errors.isEmpty)
      for name in ["00000.tok.zst", "00002.tok.zst"] {
        let path = folder + "/train/" + name
        var content = try InputFile.bytes(of: path)
        content[4100] ^= 1
        overwrite(path, with: content)
      }
      let bad = try Program.run("inspect", folder + "/train", "--verify", "--quiet")
      let lines = bad.errors.split(separator: "\n")
      #expect(bad.status == 1 && lines.count == 2)
      #expect(lines.first?.contains("00000.tok.zst") == true)
      #expect(lines.last?.contains("00002.tok.zst") == true)
    }
  }

  @Test func `what cannot be shown is one line and status 1`() throws {
    try withDataset { folder, _ in
      let cases: [([String], String)] = [
        (["\(folder)/missing"], "missing"), ([folder], "; name \(folder)/train"),
        (["\(folder)/train", "--decode", "23"], "no sequence 23"),
        (["\(folder)/train/manifest.json"], "is not a shard"), (["/dev/null"], "is not a shard"),
      ]
      for (arguments, part) in cases {
        let done = try Program("inspect", arguments).wait()
        #expect(done.status == 1 && done.output.isEmpty)
        #expect(done.errors.hasPrefix("cram-inspect: ") && done.errors.contains(part))
        #expect(done.errors.split(separator: "\n").count == 1)
      }
    }
  }

  @Test func `wrong usage is status 2`() throws {
    try withDataset { folder, _ in
      let train = folder + "/train"
      for arguments in [
        [], [train, "--nonsense"], [train, "--decode", "x"], [train, "--decode", "1", "--verify"],
        [train, train, "--decode", "1"], [train, "--trace", "1", "--find-document", "x"],
        [train, "--export", "npy"], [train, "--repair"], [train, "--output", folder + "/x"],
        [train, "--export", "csv", "--output", folder + "/x"],
        [train, train, "--html", folder + "/x"],
        [train, "--verify", "--html", folder + "/x"],
      ] {
        let done = try Program("inspect", arguments).wait()
        #expect(done.status == 2)
      }
    }
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(_ part: String) -> Int {
    split(separator: part, omittingEmptySubsequences: false).count - 1
  }
}
