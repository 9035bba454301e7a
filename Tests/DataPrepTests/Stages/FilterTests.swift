import DataPrep
import RingProtocol
import TestSupport
import Testing
import Tokenization

/// Rules, their order, and the compressibility filter of the paper.
@Suite struct FilterTests {
  /// `cram filter` as a call.
  private func filter(
    _ path: String, _ arguments: [(preset: Bool, text: String)], to output: String,
    tokenizer: String? = nil, dropped: String? = nil, threads: Int = 2, seed: UInt64 = 0
  ) throws -> StageOutcome {
    var plan = FilterPlan()
    for argument in arguments {
      if argument.preset {
        try plan.add(presets: argument.text)
      } else {
        try plan.add(rule: argument.text)
      }
    }
    let filtering = Filtering(
      plan: plan, corpus: try Corpus(CorpusInputs(paths: [path])), tokenizer: tokenizer, seed: seed)
    return try filtering.perform(
      try filtering.command(output: output, dropped: dropped), threads: threads)
  }

  /// Prose of common words, and noise that no vocabulary compresses.
  private func corpus(in folder: String, documents: Int = 400) throws -> String {
    let words = [
      "the", "house", "stands", "behind", "another", "garden", "where", "children", "played",
      "yesterday",
    ]
    var chance = SeededNumbers(2)
    return try writeLines(
      (0..<documents).map { number in
        let prose = number % 4 != 0
        let body = (0..<60).map { _ in
          prose
            ? words.randomElement(using: &chance)!
            : (0..<6).map { _ in
              String("abcdefghijklmnopqrstuvwxyz0123456789#$%".randomElement(using: &chance)!)
            }.joined()
        }
        return
          "{\"id\": \"\(prose ? "prose" : "noise")-\(number)\", \"text\": \"\(body.joined(separator: " "))\"}"
      }, in: folder)
  }

  @Test func `characters are code points, and limits are kept`() throws {
    try withTemporaryFolder { folder in
      let texts = ["", "é", "éé", "e\u{301}e", "😀😀😀", "abcd"]
      let path = try writeLines(texts.map { "{\"text\": \($0.json)}" }, in: folder)
      let dropped = folder + "/dropped.jsonl"
      let report = try filter(
        path, [(false, "min-characters=2"), (false, "max-characters=3")], to: folder + "/out",
        dropped: dropped
      ).report()
      #expect(try read(folder + "/out").texts == ["éé", "e\u{301}e", "😀😀😀"])
      #expect(report.dropped.mapValues(\.documents) == ["min-characters": 2, "max-characters": 1])
      expectAccounts(report)
      let values = try storedLines(dropped).map {
        try JSONValue.parse(Array($0.utf8))["dropped"]?["value"]
      }
      #expect(values == [0, 1, 4])
    }
  }

  @Test func `presets and rules act in the order given, and a rule sets a preset's threshold`()
    throws
  {
    var plan = FilterPlan()
    try plan.add(rule: "min-characters=5")
    try plan.add(presets: "cramming")
    try plan.add(rule: "max-characters=9")
    try plan.add(rule: "tokens-per-character=0.3")
    #expect(
      plan.rules == [
        FilterRule(.minCharacters, threshold: 5), FilterRule(.tokensPerCharacter, threshold: 0.3),
        FilterRule(.maxCharacters, threshold: 9),
      ])
    try plan.add(presets: "cramming")
    #expect(plan.rules.map(\.threshold) == [5, 0.3, 9, 0.3])
    #expect(throws: FilterRuleError.givenTwice(.minCharacters)) {
      try plan.add(rule: "min-characters=6")
    }
    #expect(try FilterRule("tokens-per-character").threshold == 0.25)
  }

  @Test(arguments: [
    "min-characters", "min-characters=", "min-characters=-1", "min-characters=1.5",
    "min-characters=x",
    "tokens-per-character=0", "tokens-per-character=nan", "tokens-per-character=1e3", "minimum=3",
    "", "=3",
  ])
  func `rules that cannot be are refused`(text: String) {
    #expect(throws: FilterRuleError.self) { try FilterRule(text) }
  }

  @Test(arguments: ["gopher", "cramming,", ""])
  func `presets that are not there are refused`(name: String) {
    var plan = FilterPlan()
    #expect(throws: FilterRuleError.self) { try plan.add(presets: name) }
  }

  @Test func `what does not compress is dropped, by the count of the tokenizer`() throws {
    try withTemporaryFolder { folder in
      let path = try corpus(in: folder)
      let trained = folder + "/self"
      let report = try filter(path, [(true, "cramming")], to: trained).report()
      expectAccounts(report)
      let facts = report.extra.first { $0.key == "tokenizer" }?.value
      #expect(facts?["sample_documents"] == 400 && facts?["sample_share"]?.double == 1)
      // The tokenizer that was kept gives the same verdicts again, counted here one by one.
      let tokenizer = try Tokenizer.load(trained + "/tokenizer.json")
      #expect(facts?["vocabulary_size"]?.int == Int64(tokenizer.vocabularySize))
      let encoder = tokenizer.makeEncoder()
      let kept = try read(path).documents.filter { document in
        Double(encoder.encode(document.text).count) < 0.25
          * Double(document.text.unicodeScalars.count)
      }
      #expect(kept.count > 0 && kept.count < 400)
      #expect(try read(trained).documents == kept)
      let again = try filter(path, [(true, "cramming")], to: folder + "/again", tokenizer: trained)
        .report()
      #expect(again.output == report.output)
      #expect(try stageOutput(folder + "/again").files == stageOutput(trained).files)
    }
  }

  @Test func `the trained tokenizer depends on the documents and the seed alone`() throws {
    try withTemporaryFolder { folder in
      // More text than the sample takes, so that it has to choose.
      let words = (0..<5000).map { String($0, radix: 26) }
      var chance = SeededNumbers(4)
      let lines = (0..<90).map { _ in
        let text = (0..<200_000).map { _ in words.randomElement(using: &chance)! }
        return "{\"text\": \"\(text.joined(separator: " "))\"}"
      }
      let path = try writeLines(lines, in: folder)
      let one = try filter(path, [(true, "cramming")], to: folder + "/1", threads: 1).report()
      let sample = one.extra.first { $0.key == "tokenizer" }?.value
      #expect(sample?["sample_share"]?.double == 0.5)
      #expect((sample?["sample_bytes"]?.int ?? 0) <= Int64(SelfTokenizer.sampleBytes))
      func tokenizer(_ name: String) throws -> [UInt8] {
        try InputFile.bytes(of: "\(folder)/\(name)/tokenizer.json")
      }
      let packed = folder + "/packed.jsonl.zst"
      try AtomicFile.replace(
        packed, with: zstd(Array((lines.reversed().joined(separator: "\n")).utf8)))
      _ = try filter(packed, [(true, "cramming")], to: folder + "/2", threads: 3)
      #expect(try tokenizer("1") == tokenizer("2"))
      let other = try filter(path, [(true, "cramming")], to: folder + "/3", seed: 1).report()
      #expect(other.extra.first { $0.key == "tokenizer" }?.value != sample)
    }
  }

  @Test func `without a word nothing can be trained, and nothing is left behind`() throws {
    try withTemporaryFolder { folder in
      let path = try writeLines([], in: folder)
      #expect(throws: VocabularyError.self) {
        try filter(path, [(true, "cramming")], to: folder + "/out")
      }
      #expect(Folder.kind(of: folder + "/out") == .nothing)
      #expect(
        try filter(path, [(false, "min-characters=1")], to: folder + "/empty").report().input
          == Tally())
    }
  }

  @Test func `another tokenizer is another result`() throws {
    try withTemporaryFolder { folder in
      let path = try corpus(in: folder)
      _ = try filter(path, [(true, "cramming")], to: folder + "/self")
      let output = folder + "/out"
      let tokenizer = folder + "/self/tokenizer.json"
      _ = try filter(path, [(true, "cramming")], to: output, tokenizer: tokenizer)
      #expect(try filter(path, [(true, "cramming")], to: output, tokenizer: tokenizer).isUpToDate)
      try AtomicFile.replace(tokenizer, with: try InputFile.bytes(of: tokenizer) + Array("\n".utf8))
      #expect(throws: OutputFolderError.self) {
        try filter(path, [(true, "cramming")], to: output, tokenizer: tokenizer)
      }
      #expect(throws: TokenizerError.self) {
        try filter(path, [(true, "cramming")], to: folder + "/none", tokenizer: path)
      }
      #expect(Folder.kind(of: folder + "/none") == .nothing)
    }
  }
}
