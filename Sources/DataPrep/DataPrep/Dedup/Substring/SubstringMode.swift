import RingProtocol

/// `--substring`: what repeats anywhere in the corpus over so many bytes.
///
/// In one process a single step reads the documents and compares them, in memory where that is enough. A planned run
/// has three: `substring-texts` keeps the texts of a partition and writes their anchors, `substring-match` works on ranges of keys
/// over the texts of all partitions, `substring-find` puts together what was found about a partition.
struct SubstringMode: DedupMode {
  let rule: SubstringRule

  var reading: ModeReading {
    ModeReading(
      name: Self.name, reason: "substring-duplicate",
      meaning: rule.policy == .document ? .drops : .cutsOfLeft)
  }

  private static let name = "substring"
  private static let texts = "substring-texts"
  private static let match = "substring-match"
  private static let find = "substring-find"

  func findingsWriters(in run: DedupRun) -> Int { run.ground.partitions }

  func steps(in run: DedupRun) -> [RunStep] {
    let partitions = run.ground.partitions
    guard run.ground.isSurveyed else {
      return [RunStep(reading: Self.name, partitions: 1) { try search(in: run, $0) }]
    }
    return [
      RunStep(reading: Self.texts, partitions: partitions) { context in
        try keepTexts(in: run, context)
        return .null
      },
      RunStep(Self.match, count: run.ground.buckets) { try match(in: run, $0).json },
      RunStep(Self.find, count: partitions) { try find(in: run, $0).json },
    ]
  }

  // MARK: In one process

  private func search(in run: DedupRun, _ context: StepContext) throws -> JSONValue {
    let search = SubstringSearch(
      rule, folder: run.ground.state.folder, memory: context.memory / 2)
    try run.process(
      before: Self.name, context, makeScratch: { search.makeScratch() },
      work: { scratch, block, documents in
        try search.add(block: block.index, documents.map { ($0.ordinal, $0.text.count) }, scratch) {
          try documents[$0].text.withBytes($1)
        }
      }, collect: { _ in })
    let findings = try FindingsOutput(run.findingsWriter(Self.name, writer: 0), rule)
    let passages = try search.finish(
      threads: context.threads, cancellation: context.cancellation, findings.add)
    let counts = try findings.finish()
    return counts.json(with: passages)
  }

  // MARK: In steps

  private func spoolPath(_ partition: Int, _ run: DedupRun) -> String {
    run.ground.state.path("substring-\(partition)")
  }

  private func anchorsName(_ partition: Int) -> String { "substring-anchors-\(partition)" }
  private func stretchesName(_ partition: Int) -> String { "substring-stretches-\(partition)" }
  private func coveredName(_ bucket: Int) -> String { "substring-covered-\(bucket)" }

  private func keepTexts(in run: DedupRun, _ context: StepContext) throws {
    let folder = run.ground.state.folder
    let anchors = try RecordWriter<AnchorRecord>(
      folder: folder, name: anchorsName(context.part), buckets: run.ground.buckets)
    let stretches = try RecordWriter<CoveredRange>(
      folder: folder, name: stretchesName(context.part), buckets: 1)
    let blocks = SubstringBlocks(
      rule: rule, spool: TextSpool(path: spoolPath(context.part, run), memory: 0),
      addAnchors: { try anchors.add($0) }, addStretches: { try stretches.add($0) })
    try run.process(
      before: Self.name, context, makeScratch: { SubstringBlocks.Scratch(rule) },
      work: { scratch, block, documents in
        try blocks.add(block: block.index, documents.map { ($0.ordinal, $0.text.count) }, scratch) {
          try documents[$0].text.withBytes($1)
        }
      }, collect: { _ in })
    try anchors.finish()
    try stretches.finish()
    try blocks.spool.finishFiles()
  }

  private func corpusTexts(_ run: DedupRun) throws -> CorpusTexts {
    CorpusTexts(
      try (0..<run.ground.partitions).map { try SpooledTexts.open(spoolPath($0, run)) })
  }

  private func match(in run: DedupRun, _ context: StepContext) throws -> PassageList {
    let folder = run.ground.state.folder
    let anchors = ExternalSort<AnchorRecord>(memory: context.memory / 2, spillFolder: folder)
    for partition in 0..<run.ground.partitions {
      try anchors.add(
        contentsOf: RecordBuckets.path(folder, anchorsName(partition), context.part))
    }
    let partitioning = try run.ground.partitioning()
    let covered = try RecordWriter<CoveredRange>(
      folder: folder, name: coveredName(context.part), buckets: partitioning.count
    ) {
      partitioning.partition(
        ofOrdinal: Ordinal.make(block: CorpusPosition.block($0.start), index: 0))
    }
    let matcher = RepeatMatcher(
      rule, texts: try corpusTexts(run), memory: context.memory / 4,
      cancellation: context.cancellation)
    let passages = try matcher.match(try anchors.sorted(), covered.add)
    try covered.finish()
    return passages
  }

  private func find(in run: DedupRun, _ context: StepContext) throws -> SubstringCounts {
    let folder = run.ground.state.folder
    let covered = ExternalSort<CoveredRange>(memory: context.memory / 2, spillFolder: folder)
    try covered.add(contentsOf: RecordBuckets.path(folder, stretchesName(context.part), 0))
    for bucket in 0..<run.ground.buckets {
      try covered.add(contentsOf: RecordBuckets.path(folder, coveredName(bucket), context.part))
    }
    let output = try FindingsOutput(
      run.findingsWriter(Self.name, writer: context.part), rule)
    var findings = SubstringFindings(rule, try corpusTexts(run))
    try findings.collect(try covered.sorted(), output.add)
    return try output.finish()
  }

  // MARK: The report

  /// How much repeats, and what repeats most.
  func facts(of run: DedupRun, judged: [JSONValue]) throws -> JSONValue? {
    let state = run.ground.state
    guard run.ground.isSurveyed else { return try state.facts(Self.name, 0) }
    var passages = PassageList()
    for facts in try state.facts(of: Self.match, count: run.ground.buckets) {
      passages.merge(PassageList(facts))
    }
    var counts = SubstringCounts()
    for facts in try state.facts(of: Self.find, count: run.ground.partitions) {
      counts += SubstringCounts(facts)
    }
    return counts.json(with: try passages.shown(from: try corpusTexts(run)))
  }
}

/// Writes what becomes of documents as findings of the run, and counts it.
private final class FindingsOutput {
  private let writer: RecordWriter<Finding>
  private let rule: SubstringRule
  private var batch: [Finding] = []
  private var counts = SubstringCounts()

  private static let batchCount = 1 << 13

  init(_ writer: RecordWriter<Finding>, _ rule: SubstringRule) {
    (self.writer, self.rule) = (writer, rule)
  }

  func add(_ finding: SubstringFinding) throws {
    counts.add(finding)
    let keeper = finding.drop.map { $0.keeper ?? Ordinal.none }
    if rule.policy == .document {
      batch.append(
        .drop(finding.ordinal, keeper: keeper ?? Ordinal.none, value: finding.drop?.share))
    } else {
      batch += finding.ranges.map { .cut(finding.ordinal, $0) }
      if let keeper, keeper != Ordinal.none {
        batch.append(.source(finding.ordinal, keeper: keeper))
      }
    }
    if batch.count >= Self.batchCount { try flush() }
  }

  private func flush() throws {
    try writer.add(batch)
    batch.removeAll(keepingCapacity: true)
  }

  func finish() throws -> SubstringCounts {
    try flush()
    try writer.finish()
    return counts
  }
}
