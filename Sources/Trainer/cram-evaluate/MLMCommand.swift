import CramCommand
import RingProtocol
import Training

struct MLMCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mlm", abstract: "Loss and accuracy of guessing masked words of a dataset.",
    discussion: """
      A quarter of the words of every sequence is masked, always the same ones, whatever the model was trained with: \
      scores of different models on one dataset compare.
      """)

  @Option(help: ArgumentHelp("A checkpoint, or a run: then its latest.", valueName: "dir"))
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "A dataset, or the folder that cram tokenize wrote: then its heldout.", valueName: "dir"))
  var shards: String

  @OptionGroup var common: CommonOptions

  /// Sequences that go through the model at a time.
  private static let microBatch = 16

  func run() throws {
    let opened = try Checkpoint(checkpoint)
    let dataset = try DatasetManifest.require(shards, part: "heldout")
    try opened.data.checkVocabulary(dataset.facts)
    let model = try MaskedLanguageModel(
      opened, sequenceLength: dataset.facts.sequenceLength, microBatch: Self.microBatch,
      pool: ThreadPool(threads: common.threadCount))
    let stream = try OwnStream(
      dataset, executable: Executables.streamer, directory: CramHome.rings, purpose: "evaluate",
      epochs: 1, cancellation: .process)
    defer { stream.end() }
    let meter = ProgressMeter(label: "measuring", unit: "sequences", total: dataset.sequences)
    let found = try common.console.showing(meter) {
      try MaskedEvaluation.score(
        model, on: SequenceStream(stream.source, position: 0), facts: dataset.facts,
        cancellation: .process, progress: meter)
    }
    guard let score = found else { throw TrainingError.noData }
    tell(score)
  }

  private func tell(_ score: MaskedScore) {
    common.console.say(
      "loss \(Amount.fixed(score.loss, 4)), accuracy \(Amount.fixed(score.accuracy * 100, 2)) %: \(Amount.grouped(score.masked)) masked words in \(Amount.grouped(score.sequences)) sequences"
    )
    common.console.printJSON(score.json)
  }
}
