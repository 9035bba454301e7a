import RingProtocol

/// A corpus as the steps of a run divide it: partitions of blocks, and buckets of keys.
package struct PartedCorpus: Sendable {
  package let corpus: Corpus
  package let state: StepState
  /// Commands that read documents; 1 in a local run.
  package let partitions: Int
  /// Files into which records are split by key, and commands that read them.
  package let buckets: Int
  /// Whether a survey has to say where the partitions begin.
  package let isSurveyed: Bool

  /// Buckets of a local run: as many commands can be at work at once, and the number of threads changes no file.
  static let localBuckets = 16

  /// A corpus that one process reads from its beginning.
  static func local(_ corpus: Corpus, _ state: StepState) -> PartedCorpus {
    PartedCorpus(
      corpus: corpus, state: state, partitions: 1, buckets: localBuckets, isSurveyed: false)
  }

  /// A corpus in `partitions` parts for independent commands.
  static func planned(_ corpus: Corpus, _ state: StepState, partitions: Int) -> PartedCorpus {
    PartedCorpus(
      corpus: corpus, state: state, partitions: partitions, buckets: partitions, isSurveyed: true)
  }

  /// Where the partitions are. In a planned run known once the survey is done.
  package func partitioning() throws -> Partitioning {
    guard isSurveyed else { return Partitioning(count: 1, starts: nil) }
    return try Partitioning(count: partitions, path: surveyPath)
  }

  /// The step that reads everything once to say where the partitions begin.
  func survey() -> RunStep {
    RunStep(reading: "survey", partitions: 1) { context in
      let starts = try corpus.survey(
        cancellation: context.cancellation, progress: context.progress)
      try AtomicFile.replace(surveyPath, with: Partitioning.survey(starts).serialized() + "\n")
      return ["blocks": .int(Int64(starts.count))]
    }
  }

  private var surveyPath: String { state.path("survey.json") }
}

/// Which blocks belong to which partition.
package struct Partitioning: Sendable {
  package let count: Int
  /// Where each block begins; nil where there is one partition, of a corpus that nobody has surveyed.
  private let starts: [BlockStart]?

  init(count: Int, starts: [BlockStart]?) {
    precondition(starts != nil || count == 1, "\(count) partitions of a corpus without a survey")
    (self.count, self.starts) = (count, starts)
  }

  /// Reads what the survey found.
  init(count: Int, path: String) throws {
    let rows = try JSONValue.read(path)["starts"]?.array ?? []
    let starts = try rows.map { row in
      guard let row = row.array?.compactMap(\.int), row.count == 5 else {
        throw FileError("read", path, detail: "it is no survey; remove it and begin again")
      }
      return BlockStart(
        file: Int(row[0]), line: Int(row[1]), offset: UInt64(row[2]),
        entry: StreamEntry(stored: UInt64(row[3]), plain: UInt64(row[4])))
    }
    self.init(count: count, starts: starts)
  }

  /// What the survey writes.
  static func survey(_ starts: [BlockStart]) -> JSONValue {
    let rows = starts.map { start in
      JSONValue.array([
        .int(Int64(start.file)), .int(Int64(start.line)), .unsigned(start.offset),
        .unsigned(start.entry.stored), .unsigned(start.entry.plain),
      ])
    }
    return ["starts": .array(rows)]
  }

  /// The first block of a partition, by its number; of the number behind the last the block behind the last.
  package func firstBlock(of partition: Int) -> Int {
    (starts?.count ?? 0) * partition / count
  }

  /// The partition that a document belongs to.
  package func partition(ofOrdinal ordinal: UInt64) -> Int {
    guard let starts, !starts.isEmpty else { return 0 }
    let block = Ordinal.block(of: ordinal)
    return ((block + 1) * count - 1) / starts.count
  }

  /// The part of the corpus that a partition reads.
  package func part(_ partition: Int, of corpus: Corpus) -> Corpus {
    guard let starts else { return corpus }
    let first = firstBlock(of: partition)
    let count = firstBlock(of: partition + 1) - first
    let start = first < starts.count ? starts[first] : BlockStart(file: corpus.files.count)
    return corpus.part(BlockRange(first: first, count: count, start: start))
  }
}
