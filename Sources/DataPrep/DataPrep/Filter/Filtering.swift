import RingProtocol
import Tokenization

/// One run of `cram filter`: rules, the corpus, and what counts tokens.
public struct Filtering: Sendable {
  public let plan: FilterPlan
  public let corpus: Corpus
  /// A tokenizer's file or folder; nil trains one on a sample of the corpus where a rule needs it.
  public let tokenizerPath: String?
  /// Decides the sample.
  public let seed: UInt64

  /// Whether the histograms hold every document for every rule, instead of those that reached the rule.
  public var measuresAll = false

  /// The file of the tokenizer that was trained on the corpus itself.
  static let tokenizerName = "tokenizer.json"

  public init(plan: FilterPlan, corpus: Corpus, tokenizer: String?, seed: UInt64) {
    (self.plan, self.corpus, self.seed) = (plan, corpus, seed)
    tokenizerPath = tokenizer
  }

  /// Whether the corpus itself gives the tokenizer.
  public var trainsItself: Bool { plan.needsTokenizer && tokenizerPath == nil }

  /// How often the corpus is read.
  public var passes: UInt64 { trainsItself ? 2 : 1 }

  /// The command whose settings and inputs decide whether a result is this run's.
  public func command(
    output: String, dropped: String? = nil, overwrite: Bool = false, isDryRun: Bool = false
  ) throws -> StageCommand {
    var command = StageCommand(
      stage: "filter", settings: settings, corpus: corpus, output: output, dropped: dropped)
    (command.overwrite, command.isDryRun) = (overwrite, isDryRun)
    command.otherOutputs = [Self.tokenizerName]
    command.otherInputs = try tokenizerStamps()
    return command
  }

  /// Does `command`, unless it was done before.
  public func perform(
    _ command: StageCommand, threads: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) throws -> StageOutcome {
    let loaded = try tokenizerPath.map { path throws(TokenizerError) in try Tokenizer.load(path) }
    return try command.perform { folder, report in
      var spool = Spool(folder: command.output)
      let corpus = trainsItself ? try spool.readableTwice(self.corpus, cancellation) : self.corpus
      let context = StepContext(
        threads: threads, memory: 0, cancellation: cancellation, progress: progress)
      let tokenizer =
        trainsItself ? try trained(on: corpus, command, folder, context, &report) : loaded
      let stage = DocumentStage(
        corpus: corpus, output: folder?.path, dropped: command.dropped, threads: threads,
        cancellation: cancellation, progress: progress)
      let filter = DocumentFilter(plan, tokenizer: tokenizer, measuresAll: measuresAll)
      try stage.run(filter, report: &report)
      report.add("histograms", filter.histogramReport)
    }
  }

  /// Trains the tokenizer; a run that goes on takes the one that was trained before.
  private func trained(
    on corpus: Corpus, _ command: StageCommand, _ folder: OutputFolder?, _ context: StepContext,
    _ report: inout StageReport
  ) throws -> Tokenizer {
    guard let folder else {
      let begin = ContinuousClock.now
      let trained = try SelfTokenizer(
        of: corpus, seed: seed, threads: context.threads, cancellation: context.cancellation,
        progress: context.progress)
      report.add("tokenizer", trained.facts)
      report.seconds += (ContinuousClock.now - begin) / .seconds(1)
      return try trained.vocabulary.tokenizer()
    }
    // What comes by a pipe may be another thing each time.
    if corpus.files != self.corpus.files { try Folder.remove(command.statePath) }
    let state = StepState(
      folder: command.statePath + "/steps", key: StepState.key(folder.key, tellsDropped: false))
    let step = training(on: corpus, command)
    try StepRunner(state: state, context: context, storedBytes: corpus.storedBytes).run([step])
    report.add("tokenizer", try state.facts(step.name, 0))
    report.seconds += state.expenses(of: [step]).seconds
    return try Tokenizer.load(Self.tokenizerPath(command))
  }

  /// The step that trains the tokenizer on the corpus itself.
  func training(on corpus: Corpus, _ command: StageCommand) -> RunStep {
    RunStep(reading: "tokenizer", partitions: 1) { context in
      let trained = try SelfTokenizer(
        of: corpus, seed: seed, threads: context.threads, cancellation: context.cancellation,
        progress: context.progress)
      let file = trained.vocabulary.files.first { $0.name == Self.tokenizerName }!
      try AtomicFile.replace(Self.tokenizerPath(command), with: file.content)
      return trained.facts
    }
  }

  /// Where the tokenizer goes that is trained on the corpus itself.
  static func tokenizerPath(_ command: StageCommand) -> String {
    command.output + "/" + tokenizerName
  }

  private var settings: [JSONValue.Member] {
    let rules: [JSONValue.Member] = [
      .init("rules", .array(plan.rules.map(\.json))), .init("measure_all", .bool(measuresAll)),
    ]
    guard plan.needsTokenizer else { return rules }
    guard let tokenizerPath else {
      return rules + [
        .init("tokenizer", "self"), .init("seed", .unsigned(seed)),
        .init("vocabulary_size", .int(Int64(SelfTokenizer.vocabularySize))),
        .init("sample_bytes", .int(Int64(SelfTokenizer.sampleBytes))),
      ]
    }
    return rules + [.init("tokenizer", .string(Folder.absolute(tokenizerPath)))]
  }

  private func tokenizerStamps() throws(FileError) -> [InputStamp] {
    guard let tokenizerPath else { return [] }
    guard Folder.kind(of: tokenizerPath) == .folder else {
      return [try InputStamp(of: tokenizerPath)]
    }
    var stamps: [InputStamp] = []
    for name in ["tokenizer.json", "vocab.txt", "tokenizer_config.json"] {
      let path = tokenizerPath + "/" + name
      if Folder.kind(of: path) != .nothing { stamps.append(try InputStamp(of: path)) }
    }
    return stamps
  }
}
