import Glibc
import RingProtocol
import TestSupport
import Testing

/// Bad input for every verb: one clear line, status 1, and nothing that looks finished.
@Suite struct BadInputTests {
  /// Expects the failure of `cram VERB`: status, one line that names `mention`, and no finished output.
  private func refused(
    _ verb: String, _ arguments: [String], mention: String, output: String? = nil,
    status: Int32 = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try Program(verb, arguments).wait()
    #expect(
      result.status == status, "\(verb) \(arguments): \(result.errors)",
      sourceLocation: sourceLocation)
    let lines = result.errors.split(separator: "\n")
    #expect(
      lines.count == 1, "\(verb) \(arguments): \(result.errors)", sourceLocation: sourceLocation)
    #expect(
      result.errors.contains(mention), "\(verb) \(arguments): \(result.errors)",
      sourceLocation: sourceLocation)
    guard let output, Folder.kind(of: output) == .folder else { return }
    let names = try Folder.entries(of: output)
    #expect(
      !names.contains { $0 == "report.json" || $0.hasSuffix(".tmp") }, "\(names)",
      sourceLocation: sourceLocation)
  }

  /// The verbs that read documents, with what else they need.
  private static let readers: [(String, [String])] = [
    ("dedup", ["--exact"]), ("filter", ["--rule", "min-characters=1"]),
    ("vocab", ["--size", "100"]),
  ]

  /// Expects every verb that reads documents to refuse the input at `path`.
  private func everyReaderRefuses(
    _ path: String, mention: String, in folder: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (verb, options) in Self.readers {
      let output = folder + "/out-\(verb)"
      try refused(
        verb, [path] + options + ["--output", output, "--quiet"], mention: mention, output: output,
        sourceLocation: sourceLocation)
      removeTree(output)
    }
  }

  @Test func `a missing file is named`() throws {
    try withTemporaryFolder { folder in
      try everyReaderRefuses(folder + "/nowhere.jsonl", mention: "nowhere.jsonl", in: folder)
    }
  }

  @Test func `a folder without documents is refused`() throws {
    try withTemporaryFolder { folder in
      try Folder.create(folder + "/empty")
      try everyReaderRefuses(folder + "/empty", mention: "empty", in: folder)
    }
  }

  @Test func `a truncated gzip is refused`() throws {
    try withTemporaryFolder { folder in
      // A gzip header and the begin of a deflate block, cut off.
      try AtomicFile.replace(
        folder + "/cut.jsonl.gz",
        with: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0x56, 0x2A, 0x49, 0xAD] as [UInt8])
      try everyReaderRefuses(folder + "/cut.jsonl.gz", mention: "cut.jsonl.gz", in: folder)
    }
  }

  @Test func `a line that is no JSON is named by file and line`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(
        folder + "/in.jsonl", with: "{\"text\": \"one two three\"}\n{\"text\": broken}\n")
      try everyReaderRefuses(folder + "/in.jsonl", mention: "in.jsonl:2", in: folder)
    }
  }

  @Test func `invalid UTF-8 is dropped and counted`() throws {
    try withTemporaryFolder { folder in
      let good = Array("{\"text\": \"one two three\"}\n".utf8)
      let bad = Array("{\"text\": \"".utf8) + [0xFF, 0xFE] + Array("\"}\n".utf8)
      try AtomicFile.replace(folder + "/in.jsonl", with: good + bad + good)
      let result = try Program.run(
        "dedup", folder + "/in.jsonl", "--exact", "--output", folder + "/out", "--quiet")
      #expect(result.status == 0)
      let report = try report(folder + "/out")
      #expect(report["dropped"]?["invalid-utf8"]?["documents"] == 1)
      #expect(report["output"]?["documents"] == 1)
    }
  }

  @Test func `an empty corpus is nothing for dedup, and too little for the others`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/empty.jsonl", with: "")
      let empty = folder + "/empty.jsonl"
      let result = try Program.run(
        "dedup", empty, "--exact", "--output", folder + "/none", "--quiet")
      #expect(result.status == 0)
      let out = folder + "/out"
      try refused(
        "vocab", [empty, "--size", "100", "--output", out, "--quiet"], mention: "no words",
        output: out)
      removeTree(out)
      let road = try Road(in: folder + "/road", documents: 60)
      try refused(
        "tokenize", [empty, "--tokenizer", road.vocabulary, "--output", out, "--quiet"],
        mention: "document", output: out)
    }
  }

  @Test func `a vocabulary larger than the text allows is refused with what it gives`() throws {
    try withTemporaryFolder { folder in
      let corpus = try GeneratedText.file(in: folder, count: 20)
      let out = folder + "/out"
      try refused(
        "vocab", [corpus, "--size", "30000", "--output", out, "--quiet"], mention: "30000",
        output: out)
    }
  }

  @Test func `what is not there is named by every verb that needs it`() throws {
    try withTemporaryFolder { folder in
      let nowhere = folder + "/nowhere"
      let out = folder + "/out"
      let corpus = try GeneratedText.file(in: folder, count: 5)
      let attempts: [(String, [String])] = [
        ("tokenize", [corpus, "--tokenizer", nowhere, "--output", out]),
        ("inspect", [nowhere]),
        ("stream", [nowhere, "--ring", "cram-test-nowhere-\(getpid())"]),
        ("ring", ["show", "cram-test-nowhere-\(getpid())"]),
        ("train", ["--shards", nowhere, "--output", out, "--budget", "1-steps"]),
        ("evaluate", ["mlm", "--checkpoint", nowhere, "--shards", nowhere]),
        ("evaluate", ["fill-mask", "--checkpoint", nowhere, "the <mask>."]),
        ("export", [nowhere, "--output", out]),
      ]
      for (verb, arguments) in attempts {
        try refused(verb, arguments + ["--quiet"], mention: "nowhere", output: out)
        #expect(Folder.kind(of: out) == .nothing, "\(verb) left a folder")
      }
    }
  }

  @Test func `a damaged shard is named`() throws {
    try withTemporaryFolder { folder in
      let road = try Road(in: folder, documents: 60)
      let train = road.shards + "/train"
      let name = try #require(Folder.entries(of: train).first { $0.hasSuffix(".tok.zst") })
      var bytes = try InputFile.bytes(of: train + "/" + name)
      bytes[bytes.count / 2] ^= 4
      try AtomicFile.replace(train + "/" + name, with: bytes)
      try refused("inspect", [train, "--verify", "--quiet"], mention: name)
      try refused(
        "stream",
        [
          train, "--ring", "cram-test-damaged-\(getpid())", "--epochs", "1", "--grace", "2s",
          "--quiet",
        ],
        mention: name)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "mounting a small disk needs root"))
  func `a full disk ends every writer with one line and nothing half-written`() throws {
    try withTemporaryFolder { folder in
      let disk = folder + "/disk"
      try Folder.create(disk)
      guard mount("tmpfs", disk, "tmpfs", 0, "size=64k") == 0 else { return }
      defer { umount(disk) }
      let road = try Road(in: folder, documents: 300)
      let long = try GeneratedText.file(in: folder, count: 3000, seed: 9)
      let attempts: [(String, [String])] = [
        ("dedup", [long, "--exact"]), ("filter", [long, "--rule", "min-characters=1"]),
        ("tokenize", [long, "--tokenizer", road.vocabulary]),
      ]
      for (verb, arguments) in attempts {
        let out = disk + "/out"
        try refused(
          verb, arguments + ["--output", out, "--quiet"], mention: "no space left", output: out)
        removeTree(out)
      }
      let run = disk + "/run"
      try refused(
        "train", road.training(run, budget: "5-steps", "--quiet"), mention: "no space left",
        output: run)
    }
  }
}
