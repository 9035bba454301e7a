import Foundation
import Testing
import Training

/// Laws that hold for any parameters and any batch.
struct ModelLawTests {
  /// Words in several blocks, the last of them not full; sequences in several parts.
  static let shape = ModelConfiguration(
    vocabularySize: 1300, hiddenSize: 48, layers: 2, heads: 3, intermediateSize: 80,
    maximumLength: 128, initializerRange: 0.15, padID: 0)

  private func model(
    threads: Int = 2, microBatch: Int = 8, masked: Int = 32, on backend: (any Backend)? = nil
  ) throws -> MaskedLanguageModel {
    let backend = try backend ?? CPUBackend(pool: ThreadPool(threads: threads))
    let model = try MaskedLanguageModel(
      configuration: Self.shape, sequenceLength: 128, microBatch: microBatch,
      maskedPerSequence: masked, backend: backend)
    model.initialize(seed: 3)
    return model
  }

  private func batch(_ sequences: Int = 8, tokens: Int = 128, masked: Int = 32) -> MaskedBatch {
    .random(Self.shape, sequences: sequences, tokens: tokens, masked: masked, seed: 5)
  }

  @Test func `any number of threads gives the same bits`() throws {
    let one = try model(threads: 1), batch = batch()
    let loss = one.accumulateGradients(batch)
    for threads in [2, 3, 7] {
      let other = try model(threads: threads)
      #expect(other.accumulateGradients(batch) == loss)
      #expect(Array(other.gradients.buffer) == Array(one.gradients.buffer))
      #expect(other.gradientNorm(scale: 1) == one.gradientNorm(scale: 1))
      let (a, b) = (try AdamW(layout: one.layout), try AdamW(layout: other.layout))
      let copy = try model(threads: 1)
      _ = copy.gradients.buffer.update(from: one.gradients.buffer)
      a.step(copy, gradientScale: 1e-3, learningRate: 1e-3)
      b.step(other, gradientScale: 1e-3, learningRate: 1e-3)
      #expect(Array(copy.values.buffer) == Array(other.values.buffer))
    }
  }

  @Test(arguments: [[8], [4, 4], [1, 7], [3, 3, 2]])
  func `gradients of a batch are the sum of its parts'`(_ sizes: [Int]) throws {
    let whole = try model(), parts = try model(), batch = batch()
    let loss = whole.accumulateGradients(batch)
    var sum = 0.0, first = 0
    for size in sizes {
      sum += parts.accumulateGradients(batch.part(first..<first + size))
      first += size
    }
    #expect(abs(sum / loss - 1) < 1e-7)
    for tensor in whole.layout.tensors {
      let error = relativeError(parts.gradients[tensor.range], whole.gradients[tensor.range])
      #expect(error < 1e-6, "\(tensor.name)")
    }
  }

  @Test(arguments: BackendCase.kernels)
  func `a batch of many blocks agrees with the obvious version`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    let batch = batch(2, tokens: 40, masked: 20)
    let fast = try model(microBatch: 2, on: backend)
    let slow = try model(microBatch: 2, on: ReferenceBackend())
    let loss = fast.accumulateGradients(batch)
    #expect(abs(slow.accumulateGradients(batch) / loss - 1) < 1e-6)
    for tensor in fast.layout.tensors {
      let error = relativeError(fast.gradients[tensor.range], slow.gradients[tensor.range])
      #expect(error < 1e-5, "\(tensor.name)")
    }
  }

  @Test func `more masked places than are held at a time`() throws {
    let few = try model(microBatch: 8, masked: 128), batch = batch(8, masked: 128)
    let loss = few.accumulateGradients(batch)
    let parts = try model(microBatch: 8, masked: 128)
    let sum = (0..<8).reduce(0.0) { $0 + parts.accumulateGradients(batch.part($1..<$1 + 1)) }
    #expect(abs(sum / loss - 1) < 1e-7)
    #expect(relativeError(parts.gradients.buffer, few.gradients.buffer) < 1e-6)
  }

  @Test func `evaluation gives the loss of training and the share of right words`() throws {
    let model = try model(), batch = batch(3)
    let training = model.accumulateGradients(batch)
    let found = model.evaluate(batch)
    #expect(found.lossSum == training)
    let V = Self.shape.vocabularySize
    let logits = model.logits(
      ids: batch.inputIDs, sequences: 3, rows: batch.places.map(Int.init))
    var best = batch, loss = 0.0
    for (row, label) in batch.labels.enumerated() {
      let z = logits[row * V..<(row + 1) * V].map(Double.init)
      let largest = z.max() ?? 0
      loss += largest + log(z.reduce(0) { $0 + exp($1 - largest) }) - z[Int(label)]
      best.labels[row] = UInt32(z.firstIndex(of: largest) ?? 0)
    }
    #expect(abs(found.lossSum / loss - 1) < 1e-6)
    #expect(model.evaluate(best).correct == batch.labels.count)
    #expect(found.correct == zip(best.labels, batch.labels).count { $0 == $1 })
  }

  @Test func `of equal logits the first word counts`() throws {
    let model = try model(), batch = batch(2)
    model.values.buffer.update(repeating: 0)
    #expect(model.evaluate(batch).correct == batch.labels.count { $0 == 0 })
    let expected = Double(batch.labels.count) * log(Double(Self.shape.vocabularySize))
    #expect(abs(model.evaluate(batch).lossSum / expected - 1) < 1e-6)
  }

  @Test func `a sequence's logits do not depend on its neighbours`() throws {
    let model = try model(), batch = batch(5)
    let together = model.logits(ids: batch.inputIDs, sequences: 5, rows: [2 * 128 + 7])
    let alone = model.logits(ids: batch.part(2..<3).inputIDs, rows: [7])
    #expect(relativeError(together, alone) < 1e-6)
  }

  @Test(arguments: [1, 2, 17, 128])
  func `a sequence may have any length`(_ tokens: Int) throws {
    let ids = Array(batch(1).inputIDs.prefix(tokens))
    let fast = try model(microBatch: 1).logits(ids: ids, rows: [tokens - 1, 0])
    let slow = try model(microBatch: 1, on: ReferenceBackend()).logits(
      ids: ids, rows: [tokens - 1, 0])
    #expect(relativeError(fast, slow) < 1e-5)
  }

  @Test func `a place that is masked twice counts twice`() throws {
    let model = try model()
    var batch = batch(1, masked: 2)
    batch.places = [9, 9]
    batch.labels = [4, 4]
    let twice = model.accumulateGradients(batch), gradients = Array(model.gradients.buffer)
    model.zeroGradients()
    batch.places = [9]
    batch.labels = [4]
    #expect(abs(twice / model.accumulateGradients(batch) - 2) < 1e-6)
    #expect(relativeError(gradients, model.gradients.buffer.map { 2 * $0 }) < 1e-5)
  }

  @Test func `a batch without masked places changes nothing`() throws {
    let model = try model()
    var batch = batch(2)
    (batch.places, batch.labels) = ([], [])
    #expect(model.accumulateGradients(batch) == 0)
    #expect(model.gradientNorm(scale: 1) == 0)
  }

  @Test func `clipping shortens to the limit and leaves what is shorter`() {
    #expect(MaskedLanguageModel.clippingFactor(norm: 0.3, limit: 0.5) == 1)
    let factor = MaskedLanguageModel.clippingFactor(norm: 8, limit: 0.5)
    #expect(abs(8 * factor - 0.5) < 1e-6)
  }
}
