import RingProtocol

/// One run of `cram dedup`: what is looked for, and in which corpus.
///
/// Modes that can do so judge while the documents are read, with tables in memory; where those would grow above the
/// limit, and in planned runs, all modes work in steps over files. The result has the same bytes.
public struct Deduplication: Sendable {
  public let plan: DedupPlan
  public let corpus: Corpus

  public init(plan: DedupPlan, corpus: Corpus) {
    (self.plan, self.corpus) = (plan, corpus)
  }

  /// The command whose settings and inputs decide whether a result is this run's.
  public func command(
    output: String, dropped: String? = nil, overwrite: Bool = false, isDryRun: Bool = false
  ) -> StageCommand {
    var command = StageCommand(
      stage: "dedup", settings: plan.settings, corpus: corpus, output: output, dropped: dropped)
    (command.overwrite, command.isDryRun) = (overwrite, isDryRun)
    command.otherInputs = plan.against?.corpus.stamps ?? []
    return command
  }

  // MARK: In this process

  /// Does `command` in this process, unless it was done before.
  ///
  /// A run that was stopped goes on behind the last step that was finished.
  ///
  /// - Parameters:
  ///   - memory: bytes for tables, sorting and buffers; the blocks that are read come on top.
  public func perform(
    _ command: StageCommand, threads: Int, memory: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) throws -> StageOutcome {
    try command.perform { folder, report in
      var spool = Spool(folder: command.output)
      let corpus = try spool.readableTwice(self.corpus, cancellation)
      // What comes by a pipe may be another thing each time.
      if folder == nil || corpus.files != self.corpus.files { try Folder.remove(command.statePath) }
      let context = StepContext(
        threads: threads, memory: memory, cancellation: cancellation, progress: progress)
      let local = LocalDeduplication(
        plan: plan, corpus: corpus, command: command, key: folder?.key ?? "", context: context)
      try local.run(&report)
      if folder == nil { try Folder.remove(command.statePath) }
    }
  }
}

/// The steps of a run in one process, and the last pass straight into the output.
private struct LocalDeduplication {
  let plan: DedupPlan
  let corpus: Corpus
  let command: StageCommand
  let key: String
  let context: StepContext

  func run(_ report: inout StageReport) throws {
    if mayStartAnew, Folder.kind(of: command.statePath + "/steps") == .nothing {
      do { return try run(isInline: true, &report) } catch is TableOverflow {}
    }
    try run(isInline: false, &report)
  }

  /// What was written into a pipe cannot be taken back.
  private var mayStartAnew: Bool {
    command.dropped.map { Folder.kind(of: $0) != .other } ?? true
  }

  private func run(isInline: Bool, _ report: inout StageReport) throws {
    let folder = command.statePath + (isInline ? "/passes" : "/steps")
    let state = StepState(
      folder: folder, key: StepState.key(key, tellsDropped: command.dropped != nil))
    var run = DedupRun(
      ground: .local(corpus, state), modes: plan.modes, keepsNames: command.dropped != nil,
      isInline: isInline)
    if command.isDryRun, !run.steps.isEmpty, run.modes.allSatisfy(\.reading.isOfWholeDocuments) {
      run.ledger = DryLedger(path: state.path("sizes.rec"))
    }
    let steps = run.steps
    let lastPass: UInt64 = run.ledger == nil ? 1 : 0
    let passes = steps.reduce(lastPass) { $0 + UInt64($1.passes * $1.count) }
    if let progress = context.progress {
      progress.total = progress.count + passes * corpus.storedBytes
    }
    if !steps.isEmpty { try Folder.create(folder) }
    try StepRunner(state: state, context: context, storedBytes: corpus.storedBytes).run(steps)
    report.seconds += state.expenses(of: steps).seconds
    var judged: [JSONValue] = []
    if let ledger = run.ledger {
      try conclude(run, ledger, &report)
    } else {
      judged = [try apply(run, &report)]
    }
    try run.addFacts(judged, to: &report)
  }

  /// The counts of a dry run, without another pass.
  private func conclude(
    _ run: DedupRun, _ ledger: DryLedger, _ report: inout StageReport
  ) throws {
    let reader = try run.reader(of: run.modes, context, memory: context.memory / 2)
    try reader.conclude(ledger).add(to: &report)
  }

  /// The last pass; returns what its judges have met.
  private func apply(_ run: DedupRun, _ report: inout StageReport) throws -> JSONValue {
    let reader = try run.reader(of: run.modes, context, memory: context.memory / 2)
    let names: LeftJudge.Names =
      try run.names().map { .files($0) }
      ?? (run.keepsNames ? .kept(limit: context.memory / 2) : .none)
    let stage = DocumentStage(
      corpus: corpus, output: command.isDryRun ? nil : command.output, dropped: command.dropped,
      threads: context.threads, cancellation: context.cancellation, progress: context.progress)
    let judge = LeftJudge(reader, names: names)
    try stage.run(judge, report: &report)
    return judge.facts
  }
}

extension StepState {
  /// The key of a run's markers: other settings, inputs or versions share nothing, nor do runs of which only one keeps names.
  static func key(_ key: String, tellsDropped: Bool) -> String {
    "\(cramVersion) \(tellsDropped ? "dropped" : "kept") \(key)"
  }
}

extension DedupRun {
  /// What the modes tell beyond the common schema.
  ///
  /// - Parameter judged: the facts of the judges of the last pass, one for each partition.
  func addFacts(_ judged: [JSONValue], to report: inout StageReport) throws {
    for mode in modes {
      let name = mode.reading.name
      let facts = try mode.facts(of: self, judged: judged.compactMap { $0[name] })
      if let facts { report.add(name, facts) }
    }
  }
}
