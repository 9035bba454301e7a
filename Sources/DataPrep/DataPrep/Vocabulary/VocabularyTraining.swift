import RingProtocol
import Tokenization

/// One run of `cram vocab`: what vocabulary is to be made, and of which corpus.
public struct VocabularyTraining: Sendable {
  /// Shows a meter while work goes on.
  public typealias Display = (ProgressMeter, () throws -> Void) throws -> Void

  public let recipe: VocabularyRecipe
  public let corpus: Corpus
  /// The share of the documents that is counted, above 0 and at most 1; which ones, their text and the seed decide.
  public let share: Double
  public let seed: UInt64

  private static let fileNames = [
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
  ]

  public init(_ recipe: VocabularyRecipe, corpus: Corpus, share: Double = 1, seed: UInt64 = 0) {
    (self.recipe, self.corpus, self.share, self.seed) = (recipe, corpus, share, seed)
  }

  /// The command whose settings and inputs decide whether a result is this run's.
  public func command(output: String, overwrite: Bool = false) -> StageCommand {
    var command = StageCommand(
      stage: "vocab", settings: settings, corpus: corpus, output: output)
    command.overwrite = overwrite
    command.otherOutputs = Self.fileNames
    return command
  }

  private var settings: [JSONValue.Member] {
    [
      .init("size", .int(Int64(recipe.size.limit))),
      .init("min_frequency", .int(Int64(recipe.minimumFrequency))),
      .init("limit_alphabet", recipe.alphabetLimit.map { .int(Int64($0)) } ?? .null),
      .init("sample", .double(share)),
      // The seed only decides which documents are sampled.
      .init("seed", share < 1 ? .unsigned(seed) : .null),
      .init("normalizer", .string(recipe.normalizer.rawValue)),
      .init("order", .string(recipe.order.rawValue)),
    ]
  }

  /// Does `command` in this process, unless it was done before.
  ///
  /// - Throws: `VocabularyError` where the text does not give what the recipe asks for.
  public func perform(
    _ command: StageCommand, threads: Int, cancellation: CancellationFlag? = nil, display: Display
  ) throws -> StageOutcome {
    try command.perform { _, report in
      let begin = ContinuousClock.now
      let meter = ProgressMeter(label: "words", unit: "bytes", total: corpus.storedBytes)
      var counters: [WordCounter] = []
      try display(meter) {
        let counted = try counting(of: corpus, threads, cancellation, meter)
          .run(WordPieceTrainer(recipe))
        counted.counts.add(to: &report)
        counters = counted.counters
      }
      try write(counters, to: command.output, &report, cancellation, display)
      report.seconds = (ContinuousClock.now - begin) / .seconds(1)
    }
  }

  private func counting(
    of corpus: Corpus, _ threads: Int, _ cancellation: CancellationFlag?, _ meter: ProgressMeter?
  ) -> WordCounting {
    WordCounting(
      corpus, share: share, seed: seed, threads: threads, cancellation: cancellation,
      progress: meter)
  }

  /// Trains on what was counted, and writes the files.
  private func write(
    _ counters: [WordCounter], to folder: String, _ report: inout StageReport,
    _ cancellation: CancellationFlag?, _ display: Display
  ) throws {
    let meter = ProgressMeter(label: "pieces", unit: "pieces", total: UInt64(recipe.size.limit))
    try display(meter) {
      let vocabulary = try WordPieceTrainer(recipe).train(
        counters, progress: meter, cancellation: cancellation)
      for (name, content) in vocabulary.files {
        try AtomicFile.replace("\(folder)/\(name)", with: content)
      }
      for member in vocabulary.summary { report.add(member.key, member.value) }
    }
  }
}

// These texts will never give what the recipe asks for.
extension VocabularyError: UnfitDocumentsError {}

// MARK: - Partitions

/// Words are counted in partitions and added up.
extension VocabularyTraining: PartitionedStage {
  package func plan(of command: StageCommand, _ state: StepState, partitions: Int) -> StepPlan {
    let ground = PartedCorpus.planned(corpus, state, partitions: partitions)
    let count = RunStep(reading: "count", partitions: partitions) { context in
      let part = try ground.partitioning().part(context.part, of: corpus)
      let trainer = WordPieceTrainer(recipe)
      let counted = try counting(of: part, context.threads, context.cancellation, context.progress)
        .run(trainer)
      try trainer.sum(of: counted.counters).save(to: Self.wordsPath(state, context.part))
      return counted.counts.json
    }
    return StepPlan(state: state, working: [ground.survey(), count]) { context, report in
      for facts in try state.facts(of: count.name, count: partitions) {
        StageCounts(facts).add(to: &report)
      }
      let counter = WordPieceTrainer(recipe).makeCounter()
      for part in 0..<partitions { try counter.add(contentsOf: Self.wordsPath(state, part)) }
      try write([counter], to: command.output, &report, context.cancellation) { try $1() }
    }
  }

  private static func wordsPath(_ state: StepState, _ part: Int) -> String {
    state.path("words-\(part)")
  }
}
