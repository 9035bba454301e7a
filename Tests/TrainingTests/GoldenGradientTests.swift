import Testing
import Training

/// Against PyTorch in float64, on every backend.
struct GoldenGradientTests {
  let golden: GoldenFile

  init() throws { golden = try GoldenFile("model") }

  private var batch: MaskedBatch {
    let ids = golden.integers("ids").map(UInt32.init)
    return MaskedBatch(
      sequences: ids.count / golden.configuration.maximumLength, inputIDs: ids,
      places: golden.integers("places"), labels: golden.integers("labels").map(UInt32.init))
  }

  private func model(on backend: any Backend) throws -> MaskedLanguageModel {
    let model = try MaskedLanguageModel(
      configuration: golden.configuration, sequenceLength: 16, microBatch: 6, maskedPerSequence: 4,
      backend: backend)
    for tensor in model.layout.tensors {
      _ = model.values[tensor.range].update(from: golden.floats("value.\(tensor.name)"))
    }
    return model
  }

  @Test(arguments: BackendCase.allCases)
  func `every gradient agrees, the padding word's too`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    let model = try model(on: backend)
    let loss = model.accumulateGradients(batch)
    #expect(abs(loss / golden.doubles("loss")[0] - 1) < 1e-6)
    for tensor in model.layout.tensors {
      let error = relativeError(
        model.gradients[tensor.range], golden.floats("gradient.\(tensor.name)"))
      #expect(error < 1e-4, "\(tensor.name)")
    }
    let width = golden.configuration.hiddenSize
    let words = "encoder.embedding.word_embedding.weight"
    let padding = try #require(model.gradient(words)).prefix(width)
    #expect(relativeError(padding, golden.floats("gradient.\(words)").prefix(width)) < 1e-4)
  }

  @Test(arguments: BackendCase.allCases)
  func `logits agree`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    let batch = batch
    let logits = try model(on: backend).logits(
      ids: batch.inputIDs, sequences: batch.sequences, rows: batch.places.map(Int.init))
    #expect(relativeError(logits, golden.floats("logits")) < 2e-6)
  }

  @Test(arguments: BackendCase.allCases)
  func `the losses of five clipped updates agree`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    let model = try model(on: backend), batch = batch
    let optimizer = try AdamW(layout: model.layout)
    let scale = 1 / Double(batch.places.count)
    for expected in golden.doubles("losses") {
      model.zeroGradients()
      #expect(abs(model.accumulateGradients(batch) * scale - expected) < 1e-5)
      let norm = model.gradientNorm(scale: scale)
      #expect(norm > 0.5)
      let clip = MaskedLanguageModel.clippingFactor(norm: norm, limit: 0.5)
      optimizer.step(model, gradientScale: scale * clip, learningRate: 2e-3)
    }
  }

  @Test(arguments: BackendCase.allCases)
  func `AdamW leaves the values and moments of PyTorch`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    let golden = try GoldenFile("optimizer")
    let model = try MaskedLanguageModel(
      configuration: golden.configuration, sequenceLength: 4, microBatch: 1, maskedPerSequence: 1,
      backend: backend)
    let optimizer = try AdamW(layout: model.layout)
    for tensor in model.layout.tensors {
      _ = model.values[tensor.range].update(from: golden.floats("value.\(tensor.name)"))
    }
    for step in 0..<5 {
      for tensor in model.layout.tensors {
        let gradient = golden.floats("gradient\(step).\(tensor.name)")
        _ = model.gradients[tensor.range].update(from: gradient)
      }
      optimizer.step(model, gradientScale: 1, learningRate: 2e-3)
    }
    for tensor in model.layout.tensors {
      let name = tensor.name
      #expect(relativeError(model.values[tensor.range], golden.floats("after.\(name)")) < 5e-7)
      #expect(
        relativeError(optimizer.moments1[tensor.range], golden.floats("moments1.\(name)")) < 1e-6)
      #expect(
        relativeError(optimizer.moments2[tensor.range], golden.floats("moments2.\(name)")) < 1e-6)
    }
  }
}
