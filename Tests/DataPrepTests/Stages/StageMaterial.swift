import DataPrep
import RingProtocol
import Testing

/// Writes lines to `folder/in.jsonl` and returns its path.
func writeLines(_ lines: [String], in folder: String) throws -> String {
  let path = folder + "/in.jsonl"
  try AtomicFile.replace(path, with: lines.map { $0 + "\n" }.joined())
  return path
}

/// The lines of a file, unpacked where it is compressed.
func storedLines(_ path: String) throws -> [String] {
  let bytes = try InputFile.bytes(of: path)
  let plain = path.hasSuffix(".zst") ? unzstd(bytes).plain : bytes
  return plain.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
}

/// The documents that a stage wrote, and the bytes of its files.
func stageOutput(_ folder: String) throws -> (lines: [String], files: [[UInt8]]) {
  let paths = try Folder.entries(of: folder).filter { $0.hasPrefix("documents-") }.map {
    folder + "/" + $0
  }
  return (try paths.flatMap(storedLines), try paths.map(InputFile.bytes(of:)))
}

/// Expects a report to add up.
func expectAccounts(_ report: StageReport, sourceLocation: SourceLocation = #_sourceLocation) {
  var sum = report.output
  for tally in report.dropped.values { sum += tally }
  for tally in report.changed.values { sum.bytes += tally.bytes }
  #expect(sum == report.input, sourceLocation: sourceLocation)
}

extension StageOutcome {
  /// The report of a run that was done now.
  func report() throws -> StageReport {
    guard case .done(let report) = self else { throw UnexpectedOutcome() }
    return report
  }

  var isUpToDate: Bool {
    if case .upToDate = self { true } else { false }
  }
}

struct UnexpectedOutcome: Error {}

/// `cram dedup` as a call; `--exact` unless a plan says otherwise.
func deduplicate(
  _ inputs: CorpusInputs, _ plan: DedupPlan = .onlyExact, to output: String, dropped: String? = nil,
  threads: Int = 2, memory: Int = 1 << 30, overwrite: Bool = false, isDryRun: Bool = false,
  cancellation: CancellationFlag? = nil
) throws -> StageOutcome {
  let deduplication = Deduplication(plan: plan, corpus: try Corpus(inputs))
  let command = deduplication.command(
    output: output, dropped: dropped, overwrite: overwrite, isDryRun: isDryRun)
  return try deduplication.perform(
    command, threads: threads, memory: memory, cancellation: cancellation)
}

extension DedupPlan {
  /// Byte for byte the same texts.
  static var onlyExact: DedupPlan {
    var plan = DedupPlan()
    plan.exact = ExactSettings()
    return plan
  }
}
