import CTextKernels
import DataPrep
import RingProtocol
import TestSupport
import Testing

/// `--against` against the obvious code, and against itself in every other way of running it.
@Suite struct AgainstTests {
  private static let words = ["red", "Green", "blue", "grün", "x1", "İs", "日本", "_y", "e", "é"]
  private static let spaces = [" ", ", ", "\n", " - ", "…", "  "]

  private static func text(_ words: ClosedRange<Int>, _ chance: inout SeededNumbers) -> String {
    (0..<Int.random(in: words, using: &chance)).map { _ in
      Self.words.randomElement(using: &chance)! + Self.spaces.randomElement(using: &chance)!
    }.joined()
  }

  /// 600 documents in blocks of some kilobytes, and 60 examples of which some are short.
  private func material(in folder: String) throws -> (inputs: CorpusInputs, examples: String) {
    var chance = SeededNumbers(4)
    let documents = (0..<600).map { number in
      "{\(number % 3 == 0 ? "" : "\"id\": \(number), ")\"text\": \(Self.text(0...40, &chance).json)}"
    }
    let examples = (0..<60).map { number in
      "{\(number % 4 == 0 ? "" : "\"id\": \"e\(number)\", ")\"question\": \(Self.text(0...12, &chance).json)}\n"
    }
    var inputs = CorpusInputs(paths: [try writeLines(documents, in: folder)])
    inputs.blockBytes = 8000
    try AtomicFile.replace(folder + "/examples.jsonl", with: examples.joined())
    return (inputs, folder + "/examples.jsonl")
  }

  @Test(arguments: [
    (3, AgainstSettings.Policy.drop, false), (4, .cut, false), (4, .cut, true), (9, .drop, true),
    (1, .cut, false),
  ])
  func `what shares a gram goes, whatever the way`(
    ngram: Int, policy: AgainstSettings.Policy, exact: Bool
  ) throws {
    try withTemporaryFolder { folder in
      let (inputs, path) = try material(in: folder)
      let other = CorpusInputs(paths: [path], textField: "question")
      var plan = DedupPlan()
      plan.against = AgainstSettings(corpus: try Corpus(other), ngram: ngram, policy: policy)
      if exact { plan.exact = ExactSettings() }
      let dropped = folder + "/dropped.jsonl"
      let report = try deduplicate(inputs, plan, to: folder + "/one", dropped: dropped).report()
      expectAccounts(report)
      let judge = ObviousAgainst(try read(other).documents, ngram: ngram)
      let given = try read(inputs).documents
      if !exact { try expect(judge, policy, given, folder + "/one", dropped, report) }
      let whole = try stageOutput(folder + "/one")
      func expectSame(_ output: String, _ again: StageReport, _ drops: String) throws {
        #expect(try stageOutput(output) == whole)
        #expect(withoutTimes(again) == withoutTimes(report))
        #expect(try storedLines(drops) == storedLines(dropped))
      }
      let small = try deduplicate(
        inputs, plan, to: folder + "/small", dropped: dropped + "2", threads: 3, memory: 1 << 17
      ).report()
      try expectSame(folder + "/small", small, dropped + "2")
      let deduplication = Deduplication(plan: plan, corpus: try Corpus(inputs))
      let command = deduplication.command(output: folder + "/planned", dropped: dropped + "3")
      let planned = try runPlanned(deduplication, command, partitions: 3)
      try expectSame(folder + "/planned", planned, dropped + "3")
    }
  }

  private func expect(
    _ judge: ObviousAgainst, _ policy: AgainstSettings.Policy, _ given: [ReadDocument],
    _ output: String, _ dropped: String, _ report: StageReport
  ) throws {
    let shared = given.map { judge.shared($0.text) }
    let left = zip(given, shared).compactMap { document, shared -> String? in
      guard !shared.ranges.isEmpty else { return document.text }
      let text = plainText(Array(document.text.utf8), without: shared.ranges)
      return policy == .drop || text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
    #expect(try read(output).texts == left)
    let told = try storedLines(dropped).map { try JSONValue.parse($0)["dropped"] }
    let examples = Set(judge.examples.map(\.name))
    #expect(
      told.allSatisfy {
        $0?["reason"] == "contaminated" && examples.contains($0?["copy_of"]?.string ?? "")
      })
    let facts = report.extra.first { $0.key == "against" }?.value
    var documents: [String: Int64] = [:]
    for shared in shared {
      for example in shared.examples { documents[example, default: 0] += 1 }
    }
    let hits = try #require(facts?["hits"]?.array)
    let counts = hits.map { ($0["example"]!.string!, $0["documents"]!.int!) }
    #expect(Dictionary(uniqueKeysWithValues: counts) == documents)
    #expect(facts?["examples"] == 60 && facts?["examples_hit"]?.int == Int64(documents.count))
    #expect(counts.map(\.1) == counts.map(\.1).sorted(by: >) && !counts.isEmpty)
  }

  @Test func `other files, other words of a gram, and too little memory are told`() throws {
    try withTemporaryFolder { folder in
      let (inputs, path) = try material(in: folder)
      func run(_ ngram: Int, memory: Int = 1 << 20) throws -> StageOutcome {
        var plan = DedupPlan()
        plan.against = AgainstSettings(
          corpus: try Corpus(CorpusInputs(paths: [path], textField: "question")), ngram: ngram)
        return try deduplicate(inputs, plan, to: folder + "/out", memory: memory)
      }
      #expect(throws: AgainstError.self) { try run(3, memory: 1000) }
      #expect(try !run(3).isUpToDate)
      #expect(try run(3).isUpToDate)
      #expect(throws: OutputFolderError.self) { try run(4) }
      try AtomicFile.replace(path, with: "{\"question\": \"a b c d e f g h\"}\n")
      #expect(throws: OutputFolderError.self) { try run(3) }
    }
  }

  @Test func `the ranges of words are where the scanner finds them`() throws {
    var chance = SeededNumbers(6)
    let characters = Array("aZ09_ .-éÉßİıǅ日本\u{301}\u{200D}😀٣²ªσΩ\n\t").map(String.init)
    for _ in 0..<300 {
      let text = (0..<Int.random(in: 0...60, using: &chance)).map { _ in
        characters.randomElement(using: &chance)!
      }.joined()
      let bytes = Array(text.utf8)
      let hashes = scannedWords(bytes)
      var places = [Int](repeating: 0, count: 2 * hashes.count + 2)
      let count = cram_word_ranges(bytes, bytes.count, &places, hashes.count + 1)
      #expect(count == hashes.count, "\(text)")
      for word in 0..<count {
        #expect(
          scannedWords(Array(bytes[places[2 * word]..<places[2 * word + 1]])) == [hashes[word]])
      }
    }
  }

  private func scannedWords(_ text: [UInt8]) -> [UInt64] {
    let scanner = UnsafeMutablePointer<cram_scanner>.allocate(capacity: 1)
    defer { scanner.deallocate() }
    cram_scanner_prepare(scanner, cram_word_kernels_named(nil), CRAM_UNITS_WORDS)
    var room = [UInt64](repeating: 0, count: Int(CRAM_SCANNER_UNITS))
    return text.withUnsafeBufferPointer { bytes in
      cram_scanner_begin(scanner, bytes.baseAddress, bytes.count)
      var words: [UInt64] = []
      while true {
        let count = cram_scanner_next(scanner, &room)
        if count == 0 { return words }
        words += room[..<count]
      }
    }
  }
}

/// What `--against` means, in the plainest code.
private struct ObviousAgainst {
  let examples: [(name: String, words: [String])]
  let ngram: Int

  init(_ documents: [ReadDocument], ngram: Int) {
    examples = documents.map { ($0.name, Self.words($0.text).map(\.word)) }
    self.ngram = ngram
  }

  /// The ranges of the grams that a text shares with examples, and the names of these.
  func shared(_ text: String) -> (ranges: [Range<Int>], examples: Set<String>) {
    let words = Self.words(text)
    var ranges: [Range<Int>] = []
    var names: Set<String> = []
    for example in examples where example.words.count >= min(ngram, 8) {
      let length = min(ngram, example.words.count)
      let grams = Set(
        (0...example.words.count - length).map { Array(example.words[$0..<$0 + length]) })
      for start in words.indices where start + length <= words.count {
        guard grams.contains(words[start..<start + length].map(\.word)) else { continue }
        ranges.append(words[start].range.lowerBound..<words[start + length - 1].range.upperBound)
        names.insert(example.name)
      }
    }
    return (ranges, names)
  }

  private static func words(_ text: String) -> [(word: String, range: Range<Int>)] {
    var words: [(word: String, range: Range<Int>)] = []
    var at = 0
    var isInside = false
    for scalar in text.unicodeScalars {
      let end = at + String(scalar).utf8.count
      defer { at = end }
      let properties = scalar.properties
      guard properties.isAlphabetic || properties.numericType != nil || scalar == "_" else {
        isInside = false
        continue
      }
      if !isInside { words.append(("", at..<at)) }
      // The dot that is left of a capital i with one is in no word.
      words[words.count - 1].word += scalar == "İ" ? "i" : properties.lowercaseMapping
      words[words.count - 1].range = words[words.count - 1].range.lowerBound..<end
      isInside = scalar != "İ"
    }
    return words
  }
}
