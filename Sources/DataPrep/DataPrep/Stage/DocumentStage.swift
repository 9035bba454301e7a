import RingProtocol

/// Decides which documents stay; the same for every stage that drops documents.
public protocol DocumentJudge: Sendable {
  /// What one thread keeps between blocks.
  associatedtype Scratch

  /// Called once on each working thread.
  func makeScratch() throws -> Scratch

  /// For each document of the block nil where it stays, else why it goes. What depends on earlier blocks is
  /// done in `turn`.
  func judge(_ block: DocumentBlock, scratch: inout Scratch, turn: Corpus.Turn) throws -> [Verdict?]
}

/// A run over a corpus that leaves documents out and writes the others, in order, with every field as it was.
public struct DocumentStage: Sendable {
  /// What is read.
  public var corpus: Corpus
  /// The folder for the documents; nil writes none (a dry run).
  public var output: String?
  /// The file for what is left out.
  public var dropped: String?
  /// Threads that parse, judge and compress.
  public var threads: Int
  public var cancellation: CancellationFlag?
  /// Counts the stored bytes read.
  public var progress: ProgressMeter?

  public init(
    corpus: Corpus, output: String?, dropped: String? = nil, threads: Int,
    cancellation: CancellationFlag? = nil, progress: ProgressMeter? = nil
  ) {
    (self.corpus, self.output, self.dropped) = (corpus, output, dropped)
    (self.threads, self.cancellation, self.progress) = (threads, cancellation, progress)
  }

  /// Reads, judges and writes everything, and counts into `report`. The report itself is the caller's to write.
  public func run(_ judge: some DocumentJudge, report: inout StageReport) throws {
    var parts = output.map { PartWriter(folder: $0) }
    var drops = try dropped.map { try DroppedWriter(path: $0) }
    let begin = ContinuousClock.now
    let form = BlockForm(
      keepsDocuments: output != nil, tellsDropped: dropped != nil,
      compressesDropped: drops?.isCompressed ?? false)
    var counts = StageCounts()
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { (try judge.makeScratch(), BlockDivider(form)) },
      work: { scratch, block, turn in
        let verdicts = try judge.judge(block, scratch: &scratch.0, turn: turn)
        return scratch.1.divide(block, verdicts)
      },
      collect: { divided in
        counts += divided.counts
        if let frame = divided.kept { try parts?.append(frame) }
        if let lines = divided.dropped { try drops?.append(lines) }
      })
    try parts.take()?.finish()
    try drops?.finish()
    counts.add(to: &report)
    report.seconds += (ContinuousClock.now - begin) / .seconds(1)
  }
}
