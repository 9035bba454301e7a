import DataPrep
import RingProtocol
import TestSupport
import Testing

/// What documents become when a stage cuts something out of them.
@Suite struct DecisionTests {
  /// Cuts every `x` as `ex` and every `y` as `why`; drops what has a `!`.
  private struct Cutter: DocumentJudge {
    func makeScratch() {}

    func judge(_ block: DocumentBlock, scratch: inout Void, turn: Corpus.Turn) -> [Decision] {
      block.documents.map { decide($0.text) }
    }

    private func decide(_ text: UnsafeRawBufferPointer) -> Decision {
      if text.contains(UInt8(ascii: "!")) { return .drop(Verdict("loud")) }
      let x = text.count { $0 == UInt8(ascii: "x") }
      let y = text.count { $0 == UInt8(ascii: "y") }
      let left = text.filter { $0 != UInt8(ascii: "x") && $0 != UInt8(ascii: "y") }
      let cuts = [Cut("ex", bytes: x), Cut("why", bytes: y)].filter { $0.bytes > 0 }
      return cuts.isEmpty ? .keep : .change(text: left, cuts: cuts)
    }
  }

  private func cut(_ inputs: CorpusInputs, in folder: String) throws -> (
    report: StageReport, lines: [String], dropped: [String]
  ) {
    try Folder.create(folder + "/out")
    var report = StageReport(stage: "test", settings: [:])
    let dropped = folder + "/dropped.jsonl"
    try DocumentStage(
      corpus: try Corpus(inputs), output: folder + "/out", dropped: dropped, threads: 2
    ).run(Cutter(), report: &report)
    return (report, try stageOutput(folder + "/out").lines, try storedLines(dropped))
  }

  @Test func `only the text of a changed line differs, and the bytes add up`() throws {
    try withTemporaryFolder { folder in
      let lines = [
        #"{"text": "plain", "id": 1}"#, #"  { "n" : 1.50 , "text" :"axb\u0079é\n" , "t":"x"}  "#,
        #"{"text": "xxyy", "id": 3}"#, #"{"text": "x!y"}"#,
        #"{"text": "first x", "\u0074ext": "last \"xé\" \u0001", "text ": "x"}"#, #"{"text": ""}"#,
      ]
      let path = try writeLines(lines, in: folder)
      let found = try cut(CorpusInputs(paths: [path]), in: folder)
      #expect(
        found.lines == [
          lines[0], #"  { "n" : 1.50 , "text" :"abé\n" , "t":"x"}  "#,
          #"{"text": "first x", "\u0074ext": "last \"é\" \u0001", "text ": "x"}"#, lines[5],
        ])
      #expect(
        found.report.changed == [
          "ex": Tally(documents: 2, bytes: 2), "why": Tally(documents: 1, bytes: 1),
        ])
      #expect(
        found.report.dropped == [
          "why": Tally(documents: 1, bytes: 4), "loud": Tally(documents: 1, bytes: 3),
        ])
      #expect(
        found.dropped == [
          #"{"text": "xxyy", "id": 3, "dropped": {"id": "3", "reason": "why", "value": null, "copy_of": null}}"#,
          #"{"text": "x!y", "dropped": {"id": "in.jsonl:4", "reason": "loud", "value": null, "copy_of": null}}"#,
        ])
      expectAccounts(found.report)
    }
  }

  @Test func `a changed text file is one line with the text field`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/a.txt", with: "a \"box\"\nyes")
      let inputs = CorpusInputs(paths: [folder + "/a.txt"], textField: "body")
      let found = try cut(inputs, in: folder)
      #expect(found.lines == [#"{"body": "a \"bo\"\nes"}"#])
      expectAccounts(found.report)
    }
  }

  @Test func `every line keeps its other fields, whatever is cut`() throws {
    try withTemporaryFolder { folder in
      var chance = SeededNumbers(3)
      let letters = Array("abxyé😀\"\\\n\t\u{1}/ ")
      var expected: [JSONValue] = []
      let lines = (0..<500).map { number in
        let text = String(
          (0..<Int.random(in: 0..<40, using: &chance)).map { _ in
            letters.randomElement(using: &chance)!
          })
        let left = text.filter { !"xy".contains($0) }
        if text.isEmpty || !left.isEmpty {
          expected.append(["x": .int(Int64(number)), "text": .string(left), "y": ["text": "xy"]])
        }
        return "{\"x\": \(number), \"text\": \(text.json), \"y\": {\"text\": \"xy\"}}"
      }
      let found = try cut(CorpusInputs(paths: [try writeLines(lines, in: folder)]), in: folder)
      #expect(try found.lines.map { try JSONValue.parse($0) } == expected)
      expectAccounts(found.report)
    }
  }
}
