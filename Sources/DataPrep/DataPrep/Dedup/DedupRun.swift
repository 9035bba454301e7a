import RingProtocol

/// What the steps of one run of `cram dedup` share: the corpus, the modes, and the files in between.
package struct DedupRun: Sendable {
  package let ground: PartedCorpus
  /// In the order in which they act.
  package let modes: [any DedupMode]
  /// Whether verdicts name the copy that stays.
  package let keepsNames: Bool
  /// Whether modes that can judge while reading do.
  package let isInline: Bool
  /// Remembers the first pass of a dry run.
  var ledger: DryLedger?

  /// The steps of all modes that have some.
  var steps: [RunStep] {
    modes.filter { !isInline($0) }.flatMap { $0.steps(in: self) }
  }

  // MARK: Findings

  /// Takes the findings of one command of a mode; `writer` is its number among those that write some.
  package func findingsWriter(_ mode: String, writer: Int) throws -> RecordWriter<Finding> {
    let partitioning = try ground.partitioning()
    return try RecordWriter<Finding>(
      folder: ground.state.folder, name: findingsName(mode, writer), buckets: partitioning.count
    ) { partitioning.partition(ofOrdinal: $0.ordinal) }
  }

  private func findingsName(_ mode: String, _ writer: Int) -> String { "\(mode)-found-\(writer)" }

  /// The files of a mode's findings about the documents of a partition.
  func findingsPaths(_ mode: any DedupMode, partition: Int) -> [String] {
    let writers = isInline(mode) ? 1 : mode.findingsWriters(in: self)
    return (0..<writers).map {
      RecordBuckets.path(ground.state.folder, findingsName(mode.reading.name, $0), partition)
    }
  }

  // MARK: Reading

  /// Reads the documents of the partition `context.part` as the modes before `mode` left them.
  ///
  /// Beside it, what modes that judge while reading have to say is reached and kept, and so are the names of documents.
  ///
  /// - Parameters:
  ///   - work: called on the working threads, with the block and its documents that are left, in reading order.
  ///   - collect: called on the calling thread, in reading order.
  package func process<Scratch, Output: Sendable>(
    before mode: String, _ context: StepContext,
    makeScratch: @escaping @Sendable () throws -> Scratch,
    work: @escaping @Sendable (inout Scratch, DocumentBlock, [LeftDocument]) throws -> Output,
    collect: (Output) throws -> Void
  ) throws {
    let earlier = modes.prefix { $0.reading.name != mode }
    let reader = try reader(of: Array(earlier), context, memory: context.memory / 2)
    let partitioning = try ground.partitioning()
    let record = try PassRecord(self, context.part, partitioning, inline: reader.inlineModes)
    let (needsNames, needsPages) = (record.needsNames, record.needsPages)
    try partitioning.part(context.part, of: ground.corpus).process(
      threads: context.threads, cancellation: context.cancellation, progress: context.progress,
      makeScratch: { (own: try makeScratch(), digests: DigestScratch()) },
      work: { scratch, block, turn in
        let reading = try reader.read(block, turn, &scratch.digests)
        let output = try work(&scratch.own, block, reading.documents(of: block))
        let names = needsNames ? BlockNames(block) : nil
        return (output, reading.inlineFindings, names, needsPages ? DryLedger.Page(block) : nil)
      },
      collect: { output, findings, names, page in
        try record.add(findings, names, page)
        try collect(output)
      })
    try record.finish()
  }

  /// Reads documents as these modes leave them; those that judge while reading and have not done so do it now.
  func reader(of modes: [any DedupMode], _ context: StepContext, memory: Int) throws -> LeftReader {
    let share = memory / max(1, modes.count)
    var found: [LeftReader.Found] = []
    var inline: [InlineJudge] = []
    var judges: [LeftReader.Judge] = []
    for mode in modes {
      if let judge = try mode.textJudge(context) {
        judges.append(LeftReader.Judge(name: mode.reading.name, judge: judge))
        continue
      }
      let paths = findingsPaths(mode, partition: context.part)
      if isInline(mode), let digester = mode.inlineDigester,
        paths.contains(where: { Folder.kind(of: $0) == .nothing })
      {
        inline.append(
          InlineJudge(mode.reading, digester, needsKeepers: keepsNames, memory: share))
      } else {
        let stream = try FindingStream(paths, memory: share, spillFolder: ground.state.folder)
        found.append(LeftReader.Found(mode: mode.reading, stream: stream))
      }
    }
    return LeftReader(judges: judges, found: found, inline: inline)
  }

  private func isInline(_ mode: any DedupMode) -> Bool { isInline && mode.inlineDigester != nil }

  // MARK: Names

  /// Where the names of a partition's documents are.
  func namesPath(_ partition: Int) -> String { ground.state.path("names-\(partition)") }

  /// The names that a pass over the documents has written; nil where none has.
  func names() throws -> NameFiles? {
    let paths = (0..<ground.partitions).map(namesPath)
    guard keepsNames, paths.allSatisfy({ Folder.kind(of: $0) == .file }) else { return nil }
    return try NameFiles(paths)
  }
}

/// What a pass over documents keeps for later ones, beside its own work.
private final class PassRecord {
  private let names: NameFileWriter?
  private let ledger: DryLedger?
  private let findings: [RecordWriter<Finding>]

  init(_ run: DedupRun, _ part: Int, _ partitioning: Partitioning, inline: [ModeReading]) throws {
    let path = run.namesPath(part)
    let isFirst = run.keepsNames && Folder.kind(of: path) == .nothing
    ledger = try run.ledger.flatMap { try $0.begin() ? $0 : nil }
    findings = try inline.map { try run.findingsWriter($0.name, writer: 0) }
    names =
      isFirst ? try NameFileWriter(path: path, firstBlock: partitioning.firstBlock(of: part)) : nil
  }

  var needsNames: Bool { names != nil }
  var needsPages: Bool { ledger != nil }

  func add(_ found: [[Finding]], _ block: BlockNames?, _ page: DryLedger.Page?) throws {
    for (writer, found) in zip(findings, found) { try writer.add(found) }
    if let block { try names?.append(block) }
    if let page { try ledger?.add(page) }
  }

  func finish() throws {
    for writer in findings { try writer.finish() }
    try names?.finish()
    try ledger?.finish()
  }
}
