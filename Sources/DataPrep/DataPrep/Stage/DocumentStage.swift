import RingProtocol

/// Decides which documents stay, and with what text; the same for every stage that leaves something out.
public protocol DocumentJudge: Sendable {
  /// What one thread keeps between blocks.
  associatedtype Scratch

  /// Called once on each working thread.
  func makeScratch() throws -> Scratch

  /// What becomes of each document of the block. What depends on earlier blocks is done in `turn`.
  func judge(_ block: DocumentBlock, scratch: inout Scratch, turn: Corpus.Turn) throws -> [Decision]
}

/// A run over a corpus that leaves documents or parts of texts out and writes the rest, in order, with every other field as it was.
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
    let counts = try run(judge, form) { divided in
      if let frame = divided.kept { try parts?.append(frame) }
      if let lines = divided.dropped { try drops?.append(lines) }
    }
    try parts.take()?.finish()
    try drops?.finish()
    counts.add(to: &report)
    report.seconds += (ContinuousClock.now - begin) / .seconds(1)
  }

  /// Reads and judges everything; `write` gets the blocks in reading order.
  func run(
    _ judge: some DocumentJudge, _ form: BlockForm, write: (DividedBlock) throws -> Void
  ) throws -> StageCounts {
    var counts = StageCounts()
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { (try judge.makeScratch(), BlockDivider(form)) },
      work: { scratch, block, turn in
        let decisions = try judge.judge(block, scratch: &scratch.0, turn: turn)
        return scratch.1.divide(block, decisions)
      },
      collect: { divided in
        counts += divided.counts
        try write(divided)
      })
    return counts
  }
}
