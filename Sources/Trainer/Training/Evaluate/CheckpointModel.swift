import RingProtocol

extension MaskedLanguageModel {
  /// The model of a checkpoint, with its weights, made for measuring micro-batches of `microBatch` sequences of `sequenceLength` tokens.
  ///
  /// Throws where the model was not made for so long a sequence, and when OpenBLAS is missing.
  public convenience init(
    _ checkpoint: Checkpoint, sequenceLength length: Int, microBatch: Int, pool: ThreadPool
  ) throws {
    let limit = checkpoint.configuration.maximumLength
    guard length <= limit else { throw FillMaskError.tooLong(tokens: length, limit: limit) }
    try self.init(
      configuration: checkpoint.configuration, sequenceLength: length, microBatch: microBatch,
      maskedPerSequence: Masking.count(
        rate: MaskedEvaluation.maskingRate, sequenceLength: length), threads: pool)
    try checkpoint.load(into: self)
  }
}
