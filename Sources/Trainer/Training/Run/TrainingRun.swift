import RingProtocol

/// A run: updates until the budget is used up.
///
/// One update takes the next sequences of the stream, masks them, sums their gradients micro-batch by micro-batch, clips and steps. Checkpoints are taken between
/// updates; with a budget of tokens or steps an interrupted run ends with the bits of one that was not.
public final class TrainingRun {
  let request: RunRequest
  let settings: TrainingSettings
  let folder: RunFolder
  let options: TrainingOptions
  let model: MaskedLanguageModel
  let optimizer: AdamW
  let stream: SequenceStream
  let masking: Masking
  var state: RunState
  var clock: RunClock
  var log: MetricsLog
  private let lock: RunLock
  private var batch = MaskedBatch.empty
  private var failuresInARow = 0

  /// So many updates in a row that are not finite end the run: that no longer is a bad batch.
  static let failureLimit = 10

  /// Prepares a run in `folder`, from its `checkpoint` or from the start.
  ///
  /// Writes `config.json` and cuts the metrics back to the checkpoint. `source` begins at the checkpoint's position; for a new run it begins where it
  /// likes. Throws where the data is
  /// not that of the checkpoint, and when OpenBLAS is missing.
  public init(
    _ request: RunRequest, folder: RunFolder, checkpoint: Checkpoint?, source: any SequenceSource,
    pool: ThreadPool, options: TrainingOptions
  ) throws {
    try request.data.check(source.facts)
    (self.request, self.folder, self.options) = (request, folder, options)
    settings = request.settings
    masking = try request.masking()
    model = try request.model(folder.execution, pool)
    optimizer = try AdamW(layout: model.layout, weightDecay: settings.weightDecay)
    if let checkpoint {
      state = try checkpoint.state()
      try checkpoint.load(into: model)
      try checkpoint.load(into: optimizer, layout: model.layout)
    } else {
      model.initialize(seed: settings.seed)
      state = RunState()
    }
    stream = SequenceStream(source, position: checkpoint == nil ? nil : state.position)
    clock = RunClock(seconds: state.used.seconds)
    try Folder.create(folder.path)
    lock = try RunLock(folder.path)
    try folder.begin(request, machine: options.machine)
    log = try MetricsLog(folder.metricsPath, upTo: checkpoint == nil ? nil : state.step)
    if log.lastStep == state.step { state.beginLine() }
  }

  /// Updates made so far.
  public var step: UInt64 { state.step }

  /// Trains, and returns what `report.json` then holds.
  ///
  /// A signal and an error of the stream leave a checkpoint of the last whole update; a stream that ends before the budget ends the run well.
  public func run() throws -> JSONValue {
    do {
      if state.step == 0 { try writeStart() }
      var lastSave = ContinuousClock.now
      var isDone = try fraction >= 1 || !stream.waitForData()
      clock.start()
      while !isDone {
        try update()
        isDone = try fraction >= 1 || !waitForData()
        if !isDone, MetricsLine.isDue(step: state.step) { try writeLine() }
        if !isDone, lastSave.duration(to: .now) >= options.checkpointEvery {
          try save()
          lastSave = .now
        }
      }
      clock.stop()
      return try finish()
    } catch let error where !(error is FileError) {
      // What must be told is the error; where the disk is at fault too, the earlier checkpoint stands.
      if state.step > 0 { try? save() }
      throw error
    }
  }

  /// The share of the budget that is used up.
  var fraction: Double {
    settings.budget.fraction(
      seconds: clock.seconds, tokens: state.used.tokens, steps: state.step)
  }

  /// One update; the state changes only when it is whole.
  private func update() throws {
    let x = fraction
    let sum = try accumulate(settings.ramp.target(at: x))
    let norm = model.gradientNorm(scale: 1 / Double(sum.masked))
    let rate = settings.learningRate * settings.schedule.multiplier(at: x)
    if sum.loss.isFinite, norm.isFinite {
      let clip = MaskedLanguageModel.clippingFactor(norm: norm, limit: settings.clipNorm)
      optimizer.step(model, gradientScale: clip / Double(sum.masked), learningRate: rate)
      state.lossSum += sum.loss
      state.masked += UInt64(sum.masked)
      failuresInARow = 0
    } else {
      try countFailure()
    }
    (state.learningRate, state.gradientNorm, state.batch) = (rate, norm, UInt64(sum.sequences))
    advance(sequences: UInt64(sum.sequences))
  }

  private struct UpdateSum {
    var loss = 0.0
    var masked = 0
    var sequences = 0
  }

  /// Sums of the next `target` sequences; fewer only at the end of the data.
  private func accumulate(_ target: Int) throws -> UpdateSum {
    var sum = UpdateSum()
    model.zeroGradients()
    while sum.sequences < target {
      try options.cancellation.check()
      batch.removeAll()
      let wanted = min(model.microBatch, target - sum.sequences)
      let waited = stream.waitedSeconds
      let count = try stream.append(wanted, to: &batch, masking: masking)
      state.used.waited += stream.waitedSeconds - waited
      if count == 0 { break }
      sum.loss += model.accumulateGradients(batch)
      sum.masked += batch.places.count
      sum.sequences += count
    }
    return sum
  }

  private func waitForData() throws -> Bool {
    let waited = stream.waitedSeconds
    defer { state.used.waited += stream.waitedSeconds - waited }
    return try stream.waitForData()
  }

  private func advance(sequences: UInt64) {
    let tokens = sequences * UInt64(request.data.sequenceLength)
    state.step += 1
    state.position = stream.position
    state.optimizerStep = UInt64(optimizer.stepCount)
    state.used.sequences += sequences
    state.used.tokens += tokens
    state.used.seconds = clock.seconds
    options.progress.advance(by: tokens)
    if fraction > 0 {
      options.progress.total = UInt64(Double(state.used.tokens) / min(1, fraction))
    }
  }

  private func countFailure() throws {
    failuresInARow += 1
    state.skipped += 1
    guard failuresInARow < Self.failureLimit else {
      throw TrainingError.notFinite(step: state.step + 1, updates: failuresInARow)
    }
  }
}
