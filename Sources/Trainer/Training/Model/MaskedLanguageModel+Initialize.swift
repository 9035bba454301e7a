extension MaskedLanguageModel {
  /// Gives all parameters their first values: the same bits for a seed on every machine.
  ///
  /// Matrices are normal with the configuration's deviation, the padding word is zero, norms start as 1 and 0, and the position
  /// scale as 1/√C.
  public func initialize(seed: UInt64) {
    for tensor in layout.tensors {
      if tensor.shape.count == 2 {
        fillNormal(tensor, seed: seed)
      } else if tensor.name.hasSuffix(".bias") {
        values[tensor.range].update(repeating: 0)
      } else if tensor.name.hasSuffix(".scale_factor") {
        values[tensor.range].update(repeating: 1 / Float(configuration.hiddenSize).squareRoot())
      } else {
        values[tensor.range].update(repeating: 1)
      }
    }
    let C = configuration.hiddenSize
    (embedding.weights.words + configuration.padID * C).update(repeating: 0, count: C)
  }

  /// The tensors' numbers come from one stream: a tensor's begin at its own offset.
  private func fillNormal(_ tensor: ParameterLayout.Tensor, seed: UInt64) {
    let each = 65_536, deviation = Double(configuration.initializerRange)
    let normal = NormalNumbers(seed: seed)
    backend.forEach((tensor.count + each - 1) / each) { part, _ in
      let range = part * each..<min(tensor.count, (part + 1) * each)
      normal.fill(
        values[
          tensor.range.lowerBound + range.lowerBound..<tensor.range.lowerBound + range.upperBound],
        from: UInt64(tensor.offset + range.lowerBound), deviation: deviation)
    }
  }
}
