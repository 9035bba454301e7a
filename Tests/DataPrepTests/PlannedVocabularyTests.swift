import DataPrep
import RingProtocol
import TestSupport
import Testing
import Tokenization

/// `cram vocab` in one process and as steps of independent commands.
struct PlannedVocabularyTests {
  private func corpus(_ folder: String) throws -> Corpus {
    var chance = SeededNumbers(3)
    let words = [
      "the", "people", "of", "these", "States", "don't", "naïve", "“and”", "<mask>", "x-1",
    ]
    let lines = (0..<400).map { number in
      let text = (0..<30).map { _ in words[Int(chance.next() % 10)] }.joined(separator: " ")
      return number % 50 == 7
        ? "{\"text\": \"bad \u{5C}ud800\"}\n" : "{\"text\": \"\(text)\(number)\"}\n"
    }
    try AtomicFile.replace(folder + "/corpus.jsonl", with: lines.joined())
    var inputs = CorpusInputs(paths: [folder + "/corpus.jsonl"])
    inputs.blockBytes = 4096
    return try Corpus(inputs)
  }

  @Test(arguments: [1.0, 0.4])
  func `the files are the same for any number of partitions`(share: Double) throws {
    try withTemporaryFolder { folder in
      var recipe = VocabularyRecipe(size: .exactly(90))
      recipe.alphabetLimit = 30
      let training = VocabularyTraining(
        recipe, corpus: try corpus(folder), share: share, seed: 5)
      let whole = training.command(output: folder + "/whole")
      let outcome = try training.perform(whole, threads: 2) { try $1() }
      for partitions in [1, 2, 5, 40] {
        let command = training.command(output: "\(folder)/\(partitions)")
        let last = try runPlanned(training, command, partitions: partitions)
        #expect(try files(folder + "/whole") == files("\(folder)/\(partitions)"))
        guard case .done(let report) = outcome else {
          Issue.record("no report")
          return
        }
        #expect(report.input == last.input && report.output == last.output)
        #expect(report.dropped == last.dropped && report.dropped["invalid-utf8"]?.documents == 8)
        #expect(
          report.extra.first { $0.key == "tokens" } == last.extra.first { $0.key == "tokens" })
      }
    }
  }

  private func files(_ folder: String) throws -> [String: [UInt8]] {
    var all: [String: [UInt8]] = [:]
    for name in try Folder.entries(of: folder) where name != "report.json" {
      all[name] = try InputFile.bytes(of: folder + "/" + name)
    }
    return all
  }

  @Test func `counts of words survive a file, and damage is told`() throws {
    try withTemporaryFolder { folder in
      let trainer = WordPieceTrainer(VocabularyRecipe(size: .exactly(60)))
      let counter = trainer.makeCounter()
      counter.add(
        "The people of the States <mask> naïve — and " + String(repeating: "x", count: 40))
      try counter.save(to: folder + "/words")
      let copy = trainer.makeCounter()
      try copy.add(contentsOf: folder + "/words")
      try copy.save(to: folder + "/again")
      let bytes = try InputFile.bytes(of: folder + "/words")
      #expect(try InputFile.bytes(of: folder + "/again").count == bytes.count)
      for place in [0, 9, 20, bytes.count - 1] {
        var damaged = bytes
        damaged[place] ^= 4
        try AtomicFile.replace(folder + "/damaged", with: damaged)
        let target = trainer.makeCounter()
        #expect(throws: FileError.self) { try target.add(contentsOf: folder + "/damaged") }
      }
    }
  }
}
