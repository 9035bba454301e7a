import CramCommand
import RingProtocol
import Training

/// One run of the command: finds the data, decides what to do with the folder, trains, tells.
struct TrainSession {
  private let command: TrainCommand
  private let console: Console
  private var folder: String { command.output.folder }

  init(_ command: TrainCommand) {
    self.command = command
    console = command.common.console
  }

  func run() throws {
    if let name = command.ring { return try train(fromRing: name) }
    let dataset = try DatasetManifest.require(Folder.trimmed(command.shards ?? ""), part: "train")
    let heldOut = try heldOutManifest(near: dataset)
    let request = try request(dataset.facts, heldOut)
    if command.plan { return tell(plan: request.plan) }
    let companions = try companions(near: dataset.folder)
    guard case .ready(let run, let checkpoint) = try open(request) else { return }
    let stream = try OwnStream(
      dataset, executable: Executables.streamer, directory: CramHome.rings, purpose: "train",
      position: try checkpoint?.state().position ?? 0, seed: command.common.seed,
      cancellation: .process, stallLimit: stallLimit, tell: console.say)
    defer { stream.end() }
    try train(request, run, checkpoint, stream.source, heldOut, companions)
  }

  private var stallLimit: Duration { .seconds(command.stallLimit.seconds) }

  private func train(fromRing name: String) throws {
    let heldOut = try heldOutManifest(near: nil)
    let companions = try companions(near: nil)
    let position = command.output.overwrite ? nil : try RunFolder.resumePosition(folder)
    let source = try RingSource(
      name, directory: CramHome.rings, position: position, streamer: nil, cancellation: .process,
      stallLimit: stallLimit, tell: console.say)
    let request = try request(source.facts, heldOut)
    guard case .ready(let run, let checkpoint) = try open(request) else { return }
    try train(request, run, checkpoint, source, heldOut, companions)
  }

  private func train(
    _ request: RunRequest, _ run: RunFolder, _ checkpoint: Checkpoint?, _ source: RingSource,
    _ heldOut: DatasetManifest?, _ companions: [CheckpointFolder.Companion]
  ) throws {
    let pool = ThreadPool(threads: run.execution.threads)
    let teller = RunTeller(console: console, budget: request.settings.budget)
    let options = TrainingOptions(
      checkpointEvery: .seconds(command.checkpointEvery.seconds),
      companions: companions.isEmpty ? try checkpoint?.readCompanions() ?? [] : companions,
      heldOut: try heldOutBatches(heldOut, microBatch: run.execution.microBatch),
      machine: try Machine.facts(), peak: try CPUInformation.measuredPeak(on: pool),
      cancellation: .process, progress: teller.meter, onLine: teller.hear)
    let training = try TrainingRun(
      request, folder: run, checkpoint: checkpoint, source: source, pool: pool, options: options)
    teller.begin(request, run.execution)
    if let checkpoint { teller.resume(checkpoint, at: training.step, on: options.machine) }
    let report = try console.showing(teller.meter, hasLines: true) { try training.run() }
    teller.end(report, folder: folder)
    console.printJSON(report)
  }

  private func request(_ facts: DataFacts, _ heldOut: DatasetManifest?) throws -> RunRequest {
    try heldOut.map { try facts.checkKind($0.facts) }
    _ = try facts.maskID()
    return RunRequest(
      settings: try command.recipe.settings(for: facts, seed: command.common.seed), data: facts,
      heldOutFingerprint: heldOut?.facts.fingerprint, threads: command.common.threads,
      microBatch: command.microBatch.map { Int($0.value) },
      defaultThreads: command.common.threadCount, resume: command.resume,
      overwrite: command.output.overwrite)
  }

  /// Opens the folder; says so when there is nothing left to do.
  private func open(_ request: RunRequest) throws -> RunFolder.Opening {
    let opening = try RunFolder.open(folder, request)
    if case .upToDate(let report) = opening {
      console.say("\(folder) is up to date")
      console.printJSON(report)
    }
    return opening
  }

  private func heldOutManifest(near dataset: DatasetManifest?) throws -> DatasetManifest? {
    if let path = command.heldout { return try .require(Folder.trimmed(path), part: "heldout") }
    guard let shards = command.shards, dataset?.folder == Folder.trimmed(shards) + "/train" else {
      return nil
    }
    return try .find(Folder.trimmed(shards) + "/heldout", part: "heldout")
  }

  private func companions(near folder: String?) throws -> [CheckpointFolder.Companion] {
    guard let path = command.tokenizer ?? folder.flatMap({ TokenizerFiles.find(near: $0) }) else {
      return []
    }
    return try TokenizerFiles.read(path)
  }

  /// At most 1,024 held-out sequences, through a streamer and a ring that are gone when this returns.
  private func heldOutBatches(_ dataset: DatasetManifest?, microBatch: Int) throws -> [MaskedBatch]
  {
    guard let dataset else { return [] }
    let stream = try OwnStream(
      dataset, executable: Executables.streamer, directory: CramHome.rings, purpose: "heldout",
      epochs: 1, cancellation: .process)
    defer { stream.end() }
    return try MaskedEvaluation(dataset.facts).read(
      SequenceStream(stream.source, position: 0), limit: 1024, microBatch: microBatch)
  }

  private func tell(plan: JSONValue) {
    let parameters = UInt64(plan["parameters"]?.int ?? 0)
    let memory = Double(plan["memory_bytes"]?.int ?? 0) / Double(1 << 20)
    console.say("parameters: \(Amount.grouped(parameters))")
    console.say(
      "operations a token, forward and backward: \(Amount.short(UInt64(plan["flops_per_token"]?.double ?? 0)))"
    )
    console.say("memory: \(Amount.fixed(memory, 0)) MiB")
    console.printJSON(plan)
  }
}
