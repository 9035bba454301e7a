import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// `cram filter` in partitions, and after a stop, against one run.
@Suite struct FilterPartitionTests {
  /// Documents of some sentences, a fifth of them without an end mark, in small blocks.
  private func corpus(in folder: String) throws -> Corpus {
    var chance = SeededNumbers(12)
    let words = ["the", "house", "and", "garden", "of", "that", "a", "children", "with", "day"]
    let lines = (0..<600).map { number in
      let body = (0..<Int.random(in: 1..<12, using: &chance)).map { _ in
        (0..<Int.random(in: 2..<9, using: &chance)).map { _ in
          words.randomElement(using: &chance)!
        }.joined(separator: " ") + [".", ".\n", " { ", "\n", "!\n"].randomElement(using: &chance)!
      }
      return "{\"id\": \(number), \"text\": \(body.joined().json)}"
    }
    var inputs = CorpusInputs(paths: [try writeLines(lines, in: folder)])
    inputs.blockBytes = 9000
    return try Corpus(inputs)
  }

  private func filtering(_ corpus: Corpus, _ presets: String) throws -> Filtering {
    var plan = FilterPlan()
    try plan.add(presets: presets)
    return Filtering(plan: plan, corpus: corpus, tokenizer: nil, seed: 0)
  }

  @Test(arguments: ["c4,fineweb", "cramming,c4"])
  func `any number of partitions gives what one run gives`(presets: String) throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      let filtering = try filtering(corpus, presets)
      let command = try filtering.command(
        output: folder + "/whole", dropped: folder + "/dropped.jsonl")
      let report = try filtering.perform(command, threads: 2).report()
      #expect(report.dropped.count > 1 && report.changed.count > 0)
      expectAccounts(report)
      for partitions in [1, 3, 40] {
        let command = try filtering.command(
          output: "\(folder)/\(partitions)", dropped: folder + "/planned.jsonl")
        let planned = try runPlanned(filtering, command, partitions: partitions)
        #expect(try stageOutput("\(folder)/\(partitions)") == stageOutput(folder + "/whole"))
        #expect(withoutTimes(planned) == withoutTimes(report))
        #expect(
          try storedLines(folder + "/planned.jsonl") == storedLines(folder + "/dropped.jsonl"))
        #expect(
          try Folder.entries(of: "\(folder)/\(partitions)")
            == Folder.entries(of: folder + "/whole"))
      }
    }
  }

  @Test func `a run that was stopped behind its tokenizer takes the one that it trained`() throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      let filtering = try filtering(corpus, "cramming")
      let whole = try filtering.command(output: folder + "/whole")
      _ = try filtering.perform(whole, threads: 1)
      let command = try filtering.command(output: folder + "/out")
      // The first pass reads everything, and the second is stopped as it begins.
      let meter = ProgressMeter(label: "filter", unit: "bytes")
      let flag = CancellationFlag()
      let watcher = WorkerThread {
        while Folder.kind(of: folder + "/out/state/steps/tokenizer-0.done") == .nothing {
          sched_yield()
        }
        flag.cancel(signal: SIGTERM)
      }
      let first = Result {
        try filtering.perform(command, threads: 1, cancellation: flag, progress: meter)
      }
      watcher.join()
      if case .failure(let error) = first { #expect(error is Interrupted) }
      let trained = try InputFile.bytes(of: folder + "/out/tokenizer.json")
      _ = try filtering.perform(command, threads: 1)
      #expect(try InputFile.bytes(of: folder + "/out/tokenizer.json") == trained)
      #expect(try stageOutput(folder + "/out") == stageOutput(folder + "/whole"))
      #expect(try !Folder.entries(of: folder + "/out").contains("state"))
    }
  }
}
