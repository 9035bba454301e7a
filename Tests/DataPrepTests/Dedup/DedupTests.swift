import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// `cram dedup` against the plainest code, and against itself in every other way of running it.
@Suite struct DedupTests {
  /// Modes as the command and as the judge have them.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let plan: DedupPlan
    let judge: ObviousDedup

    var testDescription: String { name }

    init(_ name: String, _ change: (inout DedupPlan, inout ObviousDedup) -> Void) {
      var (plan, judge) = (DedupPlan(), ObviousDedup())
      change(&plan, &judge)
      (self.name, self.plan, self.judge) = (name, plan, judge)
    }
  }

  static let cases = [
    Case("exact") {
      $0.exact = ExactSettings()
      $1.exact = { $0 }
    },
    Case("paragraph") {
      $0.paragraph = true
      $1.paragraph = true
    },
    Case("line") {
      $0.line = true
      $1.line = true
    },
    Case("exact, longest, normalized") {
      $0.exact = ExactSettings(normalization: Set(TextNormalization.allCases))
      $0.keep = .longest
      $1.exact = { normalized($0) }
      $1.longest = true
    },
    Case("near") {
      $0.near = nearScheme(threshold: nil)
      $1.near = $0.near
    },
    Case("exact, near, verified, longest") {
      ($0.exact, $0.near, $0.keep) = (ExactSettings(), nearScheme(threshold: 0.6), .longest)
      ($1.exact, $1.near, $1.longest) = ({ $0 }, $0.near, true)
    },
    Case("substring") {
      $0.substring = SubstringRule(length: 20)
      $1.substring = $0.substring
    },
    Case("substring, later") {
      $0.substring = SubstringRule(length: 17, policy: .later)
      $1.substring = $0.substring
    },
    Case("line, substring, document") {
      ($0.line, $0.substring) = (true, SubstringRule(length: 16, policy: .document, share: 0.6))
      ($1.line, $1.substring) = (true, $0.substring)
    },
    Case("all") {
      $0.exact = ExactSettings(normalization: [.case])
      $0.near = nearScheme(threshold: 0.8)
      ($0.paragraph, $0.line) = (true, true)
      $0.substring = SubstringRule(length: 16)
      $1.exact = { $0.lowercased() }
      $1.near = $0.near
      ($1.paragraph, $1.line, $1.substring) = (true, true, $0.substring)
    },
  ]

  private static func nearScheme(threshold: Double?) -> NearScheme {
    var scheme = NearScheme()
    (scheme.bands, scheme.rows, scheme.ngram, scheme.threshold) = (5, 3, 2, threshold)
    return scheme
  }

  private static func normalized(_ text: String) -> String {
    let scalars = text.lowercased().unicodeScalars.filter {
      !$0.properties.generalCategory.isPunctuation
    }
    let words = scalars.split { $0.properties.isWhitespace }
    return words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ")
  }

  private func expect(
    _ report: StageReport, _ folder: String, _ fates: [ObviousDedup.Fate], _ given: [ReadDocument],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try read(folder).documents
    let expected = zip(given, fates).compactMap { document, fate -> String? in
      if case .left(let text) = fate { text } else { nil }
    }
    #expect(found.map(\.text) == expected, sourceLocation: sourceLocation)
    expectAccounts(report, sourceLocation: sourceLocation)
    var dropped: [String: UInt64] = [:]
    for case .dropped(let reason, _) in fates { dropped[reason, default: 0] += 1 }
    #expect(report.dropped.mapValues(\.documents) == dropped, sourceLocation: sourceLocation)
    #expect(report.output.documents == UInt64(found.count), sourceLocation: sourceLocation)
    let bytes = found.reduce(0) { $0 + $1.text.utf8.count }
    #expect(report.output.bytes == UInt64(bytes), sourceLocation: sourceLocation)
  }

  private func expectCopies(in dropped: String, _ fates: [ObviousDedup.Fate]) throws {
    let told = try storedLines(dropped).map { try JSONValue.parse($0)["dropped"] }
    let expected = fates.compactMap { fate -> (reason: String, copy: String?)? in
      if case .dropped(let reason, let copy) = fate { (reason, copy) } else { nil }
    }
    #expect(told.map { $0?["reason"]?.string } == expected.map(\.reason))
    for (told, expected) in zip(told, expected) where expected.reason != "substring-duplicate" {
      #expect(told?["copy_of"]?.string == expected.copy)
    }
  }

  @Test(arguments: cases)
  func `all ways of running it give what the obvious code gives`(_ one: Case) throws {
    try withTemporaryFolder { folder in
      let inputs = try repetitiveCorpus(in: folder)
      let given = try read(inputs)
      #expect(given.blocks.count > 3)
      let fates = one.judge.fates(of: given.documents)
      let dropped = folder + "/dropped.jsonl"
      let report = try deduplicate(inputs, one.plan, to: folder + "/one", dropped: dropped).report()
      try expect(report, folder + "/one", fates, given.documents)
      let whole = try stageOutput(folder + "/one")
      try expectCopies(in: dropped, fates)
      // By steps, since no table fits; with other threads.
      for (threads, memory) in [(1, 1 << 10), (3, 1 << 18)] {
        let output = "\(folder)/small-\(memory)"
        let again = try deduplicate(
          inputs, one.plan, to: output, dropped: dropped + ".small", threads: threads,
          memory: memory
        ).report()
        #expect(try stageOutput(output) == whole)
        #expect(withoutTimes(again) == withoutTimes(report))
        #expect(try storedLines(dropped + ".small") == storedLines(dropped))
        #expect(try !Folder.entries(of: output).contains("state"))
      }
      let dry = try deduplicate(inputs, one.plan, to: folder + "/dry", isDryRun: true).report()
      #expect(withoutTimes(dry) == withoutTimes(report))
      #expect(try Folder.entries(of: folder + "/dry") == ["report.json"])
      for partitions in [1, 2, 7] {
        let output = "\(folder)/planned-\(partitions)"
        let deduplication = Deduplication(plan: one.plan, corpus: try Corpus(inputs))
        let command = deduplication.command(output: output, dropped: dropped + ".planned")
        let again = try runPlanned(deduplication, command, partitions: partitions)
        #expect(try stageOutput(output) == whole)
        #expect(withoutTimes(again) == withoutTimes(report))
        #expect(try storedLines(dropped + ".planned") == storedLines(dropped))
        #expect(
          try Folder.entries(of: output).allSatisfy {
            $0 == "report.json" || $0.hasPrefix("documents-")
          })
      }
    }
  }

  @Test func `a run that is stopped in any step goes on to the same bytes`() throws {
    try withTemporaryFolder { folder in
      let inputs = try repetitiveCorpus(in: folder)
      let plan = Self.cases.last!.plan
      _ = try deduplicate(inputs, plan, to: folder + "/whole")
      let whole = try stageOutput(folder + "/whole")
      let size = try Corpus(inputs).storedBytes
      let output = folder + "/out"
      var stops = 0
      // 4 rounds of keys, one of sets, one of texts, and the last pass: stopped once in each of them.
      for pass in 0..<7 as Range<UInt64> {
        let flag = CancellationFlag()
        let meter = ProgressMeter(label: "dedup", unit: "bytes")
        let deduplication = Deduplication(plan: plan, corpus: try Corpus(inputs))
        let watcher = WorkerThread {
          while meter.count < pass * size + size / 2 { sched_yield() }
          flag.cancel(signal: SIGTERM)
        }
        do {
          _ = try deduplication.perform(
            deduplication.command(output: output), threads: 2, memory: 1 << 10, cancellation: flag,
            progress: meter)
          meter.advance(by: 100 * size)
        } catch is Interrupted {
          stops += 1
        }
        watcher.join()
        #expect(try !Folder.entries(of: output).contains("report.json") || stops < Int(pass) + 1)
      }
      _ = try deduplicate(inputs, plan, to: output)
      #expect(try stageOutput(output) == whole)
      #expect(stops > 1)
    }
  }

  @Test func `a step whose predecessor is not done is refused`() throws {
    try withTemporaryFolder { folder in
      let inputs = try repetitiveCorpus(in: folder)
      let deduplication = Deduplication(plan: .onlyExact, corpus: try Corpus(inputs))
      let command = deduplication.command(output: folder + "/out")
      let context = StepContext(part: 1, threads: 1, memory: 1 << 20)
      func perform(_ step: String, _ context: StepContext) throws {
        _ = try deduplication.perform(step: step, of: command, partitions: 2, context)
      }
      #expect(throws: StepError.notDone(step: "survey", part: 0)) {
        try perform("exact-keys", context)
      }
      #expect(throws: StepError.self) { try perform("exact-key", context) }
      #expect(throws: StepError.noSuchPart(step: "survey", part: 1, count: 1)) {
        try perform("survey", context)
      }
      try perform("survey", StepContext(threads: 1, memory: 1 << 20))
      try perform("exact-keys", context)
      #expect(throws: StepError.notDone(step: "exact-keys", part: 0)) {
        try perform("exact-reduce", context)
      }
      // Another input under the same name: nothing of the old run is taken for its own.
      _ = try repetitiveCorpus(in: folder, count: 1999)
      let other = Deduplication(plan: .onlyExact, corpus: try Corpus(inputs))
      #expect(throws: OutputFolderError.self) {
        try other.perform(
          step: "exact-keys", of: other.command(output: folder + "/out"), partitions: 2, context)
      }
    }
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isPunctuation: Bool {
    [
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation,
    ].contains(self)
  }
}
