extension ModelConfiguration {
  /// Number of trained numbers; the tied decoder counts once.
  public var parameterCount: Int { ParameterLayout(self).count }

  /// Floating-point operations of forward and backward for one token, a multiply-add being two.
  ///
  /// Matrix products only: no element-wise work, no recomputation, no optimizer. The backward pass costs twice the forward.
  public func flopsPerToken(sequenceLength: Int, maskedPerSequence: Int) -> Double {
    let C = Double(hiddenSize), F = Double(intermediateSize), G = Double(gatedSize)
    let T = Double(sequenceLength), V = Double(vocabularySize)
    let linear = 2 * C * 3 * C + 2 * C * C + 2 * C * F + 2 * G * C
    let attention = 2 * T * C + 2 * T * C
    let decoder = Double(maskedPerSequence) / T * 2 * C * V
    return 3 * (Double(layers) * (linear + attention) + decoder)
  }

  /// Bytes that training holds: parameters, gradients, both moments, and the activations of a micro-batch.
  public func trainingBytes(
    sequenceLength: Int, microBatch: Int, maskedPerSequence: Int, threads: Int
  ) -> Int {
    let plan = ActivationPlan(
      self, sequenceLength: sequenceLength, microBatch: microBatch,
      maskedPerSequence: maskedPerSequence, threads: threads)
    return (4 * parameterCount + plan.count) * MemoryLayout<Float>.size
  }
}
