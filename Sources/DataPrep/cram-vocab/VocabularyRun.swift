import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol
import Tokenization

/// One run of `cram vocab`, from the look at the folder to the report.
struct VocabularyRun {
  private static let files = [
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
  ]
  /// Counts up when the same settings and inputs give other bytes than before.
  private static let format: Int64 = 1

  let command: VocabularyCommand
  private let corpus: Corpus
  private var console: Console { command.common.console }

  init(_ command: VocabularyCommand) throws {
    self.command = command
    corpus = try Corpus(command.input.corpus)
  }

  func perform() throws {
    let settings = JSONValue.object(
      command.settings + corpus.settings + [.init("format", .int(Self.format))])
    let folder = command.output.folder
    switch try OutputFolder.open(
      folder, stage: "vocab", settings: settings, inputs: corpus.stamps,
      overwrite: command.output.overwrite, isOwnFile: Self.files.contains)
    {
    case .upToDate(let report):
      console.say("\(folder) is up to date")
      console.printJSON(report)
    case .ready(let output):
      let report = try make(in: output, StageReport(stage: "vocab", settings: settings))
      console.printJSON(report.json)
    }
  }

  private func make(in output: OutputFolder, _ empty: StageReport) throws -> StageReport {
    let begin = ContinuousClock.now
    var report = empty
    let vocabulary: TrainedVocabulary
    do { vocabulary = try train(&report) } catch let error as VocabularyError {
      try output.abandon()
      throw error
    }
    for (name, content) in vocabulary.files {
      try AtomicFile.replace("\(output.path)/\(name)", with: content)
    }
    report.seconds = (ContinuousClock.now - begin) / .seconds(1)
    for member in vocabulary.summary { report.add(member.key, member.value) }
    try output.finish(report: report)
    conclude(vocabulary, report, output.path)
    return report
  }

  private func train(_ report: inout StageReport) throws -> TrainedVocabulary {
    let trainer = WordPieceTrainer(command.recipe)
    let meter = ProgressMeter(label: "words", unit: "bytes", total: corpus.storedBytes)
    let counting = WordCounting(
      corpus, share: command.sample, seed: command.common.seed,
      threads: command.common.threadCount, cancellation: .process, progress: meter)
    let counters = try console.showing(meter) { try counting.run(trainer, report: &report) }
    let merges = ProgressMeter(label: "pieces", unit: "pieces", total: command.size.value)
    return try console.showing(merges) {
      try trainer.train(counters, progress: merges, cancellation: .process)
    }
  }

  private func conclude(
    _ vocabulary: TrainedVocabulary, _ report: StageReport, _ folder: String
  ) {
    let perToken = Double(vocabulary.characters) / Double(max(1, vocabulary.tokens))
    console.say(
      "\(Amount.grouped(UInt64(vocabulary.size))) pieces from "
        + "\(Amount.grouped(report.output.documents)) documents, "
        + "\(Amount.fixed(perToken, 2)) characters a token, "
        + "\(Amount.grouped(UInt64(vocabulary.unknownWords))) unknown words, "
        + "\(Amount.time(report.seconds)) -> \(folder)")
  }
}

extension CorpusInputs {
  /// The inputs that a command line names.
  fileprivate init(_ options: InputOptions) {
    self.init(
      paths: options.paths, filesFrom: options.filesFrom, textField: options.textField,
      idField: options.idField,
      textDocuments: TextDocuments(rawValue: options.textDocuments.rawValue) ?? .file,
      skipDamaged: options.skipDamaged, lineLimit: options.lineLimit.bytes)
  }
}
