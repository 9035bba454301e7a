import RingProtocol

/// What a run writes down.
extension TrainingRun {
  /// Step 0: what the untrained model knows.
  func writeStart() throws {
    var line = MetricsLine(
      step: 0, tokens: 0, sequences: 0, seconds: 0)
    line.heldOut = try heldOutScore()
    try log.append(line)
    options.onLine(line)
  }

  /// The line of the update just made.
  func writeLine(heldOut: MaskedScore? = nil) throws {
    let seconds = state.used.seconds - state.atLine.seconds
    let rate = seconds > 0 ? Double(state.used.tokens - state.atLine.tokens) / seconds : 0
    var line = MetricsLine(
      step: state.step, tokens: state.used.tokens, sequences: state.used.sequences,
      seconds: state.used.seconds)
    line.loss = state.masked > 0 ? state.lossSum / Double(state.masked) : nil
    line.learningRate = state.learningRate
    line.gradientNorm = state.gradientNorm
    line.batch = Int(state.batch)
    line.tokensPerSecond = rate
    line.utilization = rate * flopsPerToken / options.peak
    line.waited = state.used.waited - state.atLine.waited
    line.heldOut = heldOut
    line.skipped = state.skipped
    try log.append(line)
    state.beginLine()
    options.onLine(line)
  }

  /// Writes a checkpoint of the last whole update.
  func save() throws {
    try log.synchronize()
    try folder.checkpoints.write(
      model, optimizer, state: state, configuration: checkpointConfiguration,
      companions: options.companions)
  }

  /// The last checkpoint, the last measurement, the full last line and the report.
  func finish() throws -> JSONValue {
    guard state.step > 0 else { throw TrainingError.noData }
    try save()
    let score = try heldOutScore()
    if log.lastStep != state.step { try writeLine(heldOut: score) }
    try log.synchronize()
    let report = report(score)
    try folder.finish(report)
    return report
  }

  private func heldOutScore() throws -> MaskedScore? {
    try MaskedEvaluation.score(
      model, on: options.heldOut, facts: request.data, cancellation: options.cancellation)
  }

  var flopsPerToken: Double {
    settings.model.flopsPerToken(
      sequenceLength: request.data.sequenceLength, maskedPerSequence: masking.perSequence)
  }

  /// A checkpoint's `config.json`: the model's own fields, and what binds it to its data and its run.
  private var checkpointConfiguration: JSONValue {
    var json = settings.model.json
    json["masking_rate"] = .double(settings.maskingRate)
    json["data"] = request.data.json
    json["settings"] = settings.json
    json["execution"] = folder.execution.json
    json["machine"] = options.machine
    json["cram_version"] = .string(cramVersion)
    return json
  }

  private func report(_ score: MaskedScore?) -> JSONValue {
    let used = state.used
    return [
      "stage": "train", "version": .string(cramVersion), "settings": settings.json,
      "data": request.data.json, "execution": folder.execution.json, "machine": options.machine,
      "parameters": .int(Int64(settings.model.parameterCount)), "steps": .unsigned(state.step),
      "skipped_updates": .unsigned(state.skipped), "sequences": .unsigned(used.sequences),
      "tokens": .unsigned(used.tokens), "position": .unsigned(state.position),
      "seconds": .double(used.seconds),
      "tokens_per_second": .double(used.seconds > 0 ? Double(used.tokens) / used.seconds : 0),
      "wait_seconds": .double(used.waited), "budget_used": .double(min(1, fraction)),
      "heldout_loss": score.map { .double($0.loss) } ?? .null,
      "heldout_accuracy": score.map { .double($0.accuracy) } ?? .null,
      "peak_memory_bytes": .int(StageReport.peakMemory),
    ]
  }
}
