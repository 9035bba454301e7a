import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Of documents with the same text the first stays.
@Suite struct ExactDedupTests {
  /// 4,000 documents of 700 different texts, about 40 MiB, written in several ways.
  private static let lines: [String] = {
    var chance = SeededNumbers(11)
    return (0..<4000).map { number in
      let text = Int.random(in: 0..<700, using: &chance)
      let body = String(repeating: "text \(text) é ", count: 700)
      let escaped = Bool.random(using: &chance) ? body.json : body.json.replacingE()
      return number % 3 == 0
        ? "{\"text\": \(escaped)}"
        : "{\"id\": \"d\(number)\", \"text\": \(escaped), \"n\": \(number)}"
    }
  }()

  @Test func `the first of equal texts stays, whatever the threads and the packing`() throws {
    try withTemporaryFolder { folder in
      let path = try writeLines(Self.lines, in: folder)
      let documents = try read(path).documents
      var seen: [String: String] = [:]
      let first = documents.filter { seen.updateValue($0.name, forKey: $0.text) == nil }
      var files: [[UInt8]]?
      for threads in 1...4 {
        let output = "\(folder)/out-\(threads)"
        let report = try deduplicate(CorpusInputs(paths: [path]), to: output, threads: threads)
          .report()
        let found = try stageOutput(output)
        #expect(found.lines == first.map(\.line))
        #expect(files == nil || found.files == files)
        files = found.files
        #expect(report.input.documents == 4000 && report.output.documents == UInt64(first.count))
        #expect(report.dropped["exact-duplicate"]?.documents == UInt64(4000 - first.count))
        expectAccounts(report)
        // One frame for each block of 16 MiB.
        #expect(unzstd(found.files[0]).frames == (try read(path).blocks.count))
      }
      try AtomicFile.replace(folder + "/in.jsonl.gz", with: gzip(try InputFile.bytes(of: path)))
      _ = try deduplicate(CorpusInputs(paths: [folder + "/in.jsonl.gz"]), to: folder + "/gz")
      #expect(try stageOutput(folder + "/gz").files == files)
    }
  }

  @Test(arguments: ["dropped.jsonl", "dropped.jsonl.zst"])
  func `what is dropped is written with its reason and what stays instead`(name: String) throws {
    try withTemporaryFolder { folder in
      let lines = [
        #"{"text": "one"}"#, #"{"id": 2, "text": "two", "n": [1]}"#,
        #"  {"text": "o\u006ee" , "k": 1}  "#,
        #"{"dropped": {"old": 1}, "id": "d", "text": "two"}"#,
        #"{"text": "broken \ud83d", "id": "e"}"#,
        #"{"id": "f", "text": "one", "dropped" : 3 }"#, "no document", #"{"text": "three"}"#,
      ]
      let path = try writeLines(lines, in: folder)
      let dropped = folder + "/" + name
      let report = try deduplicate(
        CorpusInputs(paths: [path], skipDamaged: true), to: folder + "/out", dropped: dropped
      ).report()
      expectAccounts(report)
      #expect(
        report.dropped.mapValues(\.documents) == [
          "exact-duplicate": 3, "invalid-utf8": 1, "damaged": 1,
        ])
      #expect(report.dropped["invalid-utf8"]?.bytes == UInt64(lines[4].utf8.count))
      #expect(
        try storedLines(dropped) == [
          #"  {"text": "o\u006ee" , "k": 1, "dropped": {"id": "in.jsonl:3", "reason": "exact-duplicate", "value": null, "copy_of": "in.jsonl:1"}}"#,
          #"{ "id": "d", "text": "two", "dropped": {"id": "d", "reason": "exact-duplicate", "value": null, "copy_of": "2"}}"#,
          #"{"text": "broken \ufffd", "id": "e", "dropped": {"id": "e", "reason": "invalid-utf8", "value": null, "copy_of": null}}"#,
          #"{"id": "f", "text": "one" , "dropped": {"id": "f", "reason": "exact-duplicate", "value": null, "copy_of": "in.jsonl:1"}}"#,
          #"{"text": "no document", "dropped": {"id": "in.jsonl:7", "reason": "damaged", "value": null, "copy_of": null}}"#,
        ])
      #expect(try stageOutput(folder + "/out").lines == [lines[0], lines[1], lines[7]])
    }
  }

  @Test func `of nothing there is one empty part`() throws {
    try withTemporaryFolder { folder in
      let path = try writeLines([], in: folder)
      let dropped = folder + "/out/dropped.jsonl.zst"
      let report = try deduplicate(
        CorpusInputs(paths: [path]), to: folder + "/out", dropped: dropped
      ).report()
      #expect(report.input == Tally() && report.output == Tally() && report.dropped.isEmpty)
      #expect(
        try Folder.entries(of: folder + "/out") == [
          "documents-00000.jsonl.zst", "dropped.jsonl.zst", "report.json",
        ])
      #expect(try storedLines(dropped) == [])
      #expect(try read(folder + "/out") == ReadCorpus())
    }
  }

  @Test func `parts hold 64 frames`() throws {
    try withTemporaryFolder { folder in
      var parts = PartWriter(folder: folder)
      for number in 0..<130 { try parts.append(zstd(Array("\(number)\n".utf8))) }
      try parts.finish()
      let names = try Folder.entries(of: folder)
      #expect(names == (0..<3).map { "documents-0000\($0).jsonl.zst" })
      #expect(
        try names.map { unzstd(try InputFile.bytes(of: folder + "/" + $0)).frames } == [64, 64, 2])
      #expect(try stageOutput(folder).lines == (0..<130).map(String.init))
    }
  }
}

extension String {
  /// The same JSON with `e` written as an escape.
  fileprivate func replacingE() -> String {
    split(separator: "e", omittingEmptySubsequences: false).joined(separator: #"\u0065"#)
  }
}
