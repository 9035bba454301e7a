import RingProtocol

extension RunRequest {
  /// The masks of training.
  func masking() throws(TrainingDataError) -> Masking {
    Masking(
      rate: settings.maskingRate, sequenceLength: data.sequenceLength,
      vocabularySize: data.vocabularySize, maskID: try data.maskID(), seed: settings.seed)
  }

  /// The most places of a sequence that training or measuring masks.
  var maskedPerSequence: Int {
    max(
      Masking.count(rate: settings.maskingRate, sequenceLength: data.sequenceLength),
      Masking.count(rate: MaskedEvaluation.maskingRate, sequenceLength: data.sequenceLength))
  }

  /// A model of the run, without weights.
  func model(_ execution: TrainingExecution, _ pool: ThreadPool) throws -> MaskedLanguageModel {
    try MaskedLanguageModel(
      configuration: settings.model, sequenceLength: data.sequenceLength,
      microBatch: execution.microBatch, maskedPerSequence: maskedPerSequence, threads: pool)
  }

  /// What the run would be, as `train --plan --json` prints it: sizes and costs that need no running.
  public var plan: JSONValue {
    let execution = newExecution
    let masked = Masking.count(rate: settings.maskingRate, sequenceLength: data.sequenceLength)
    let memory = settings.model.trainingBytes(
      sequenceLength: data.sequenceLength, microBatch: execution.microBatch,
      maskedPerSequence: maskedPerSequence, threads: execution.threads)
    return [
      "parameters": .int(Int64(settings.model.parameterCount)),
      "flops_per_token": .double(
        settings.model.flopsPerToken(
          sequenceLength: data.sequenceLength, maskedPerSequence: masked)),
      "memory_bytes": .int(Int64(memory)),
      "masked_per_sequence": .int(Int64(masked)), "settings": settings.json,
      "execution": execution.json, "data": data.json,
    ]
  }
}
