import Testing
import Training

struct ModelDifferenceTests {
  private static let shape = ModelConfiguration(
    vocabularySize: 11, hiddenSize: 6, layers: 1, heads: 3, intermediateSize: 8, maximumLength: 5,
    initializerRange: 0.4)

  @Test func `gradients are the slope of the loss`() throws {
    let model = try MaskedLanguageModel(
      configuration: Self.shape, sequenceLength: 5, microBatch: 2, maskedPerSequence: 2,
      backend: ReferenceBackend())
    model.initialize(seed: 8)
    var batch = MaskedBatch.random(Self.shape, sequences: 2, tokens: 5, masked: 2, seed: 9)
    // The padding word is the exception: its look-up has a slope and no gradient.
    batch.inputIDs = batch.inputIDs.map { max($0, 1) }
    _ = model.accumulateGradients(batch)
    let step: Float = 1e-2
    for index in 0..<model.layout.count {
      let before = model.values.pointer[index]
      model.values.pointer[index] = before + step
      let above = model.evaluate(batch).lossSum
      model.values.pointer[index] = before - step
      let below = model.evaluate(batch).lossSum
      model.values.pointer[index] = before
      let slope = (above - below) / Double(2 * step)
      let gradient = Double(model.gradients.pointer[index])
      #expect(abs(slope - gradient) < 3e-3 * max(1, abs(gradient)), "parameter \(index)")
    }
  }

  @Test func `a hundred updates learn a batch by heart`() throws {
    let model = try MaskedLanguageModel(
      configuration: ModelConfiguration(
        vocabularySize: 50, hiddenSize: 32, layers: 2, heads: 2, intermediateSize: 128),
      sequenceLength: 32, microBatch: 4, maskedPerSequence: 8, threads: ThreadPool(threads: 2))
    model.initialize(seed: 1)
    let batch = MaskedBatch.random(
      model.configuration, sequences: 4, tokens: 32, masked: 8, seed: 2)
    let optimizer = try AdamW(layout: model.layout), scale = 1 / Double(batch.labels.count)
    for _ in 0..<100 {
      model.zeroGradients()
      _ = model.accumulateGradients(batch)
      let clip = MaskedLanguageModel.clippingFactor(
        norm: model.gradientNorm(scale: scale), limit: 0.5)
      optimizer.step(model, gradientScale: scale * clip, learningRate: 3e-3)
    }
    let found = model.evaluate(batch)
    #expect(found.lossSum * scale < 0.1)
    #expect(found.correct == batch.labels.count)
  }
}
