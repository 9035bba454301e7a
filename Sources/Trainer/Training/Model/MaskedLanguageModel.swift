/// A crammed-bert with its parameters, their gradients, and the memory of one micro-batch.
///
/// A training step is: `zeroGradients`, `accumulateGradients` for each micro-batch of the update, `gradientNorm`, then
/// `AdamW.step`. Gradients are sums over masked places, never means: the optimizer's scale divides by the update's number of places,
/// so that any micro-batch size comes out right. Results depend on the kernels, the micro-batch and the data, not on the number
/// of threads.
///
/// Memory is asked for at once but costs only what was touched: a model that only evaluates has no gradients. One thread at a time.
public final class MaskedLanguageModel {
  public let configuration: ModelConfiguration
  /// T: tokens of a training sequence.
  public let sequenceLength: Int
  /// Sequences of the largest micro-batch.
  public let microBatch: Int
  /// The most masked places of a micro-batch, divided by its sequences.
  public let maskedPerSequence: Int
  /// Where each named tensor lies in `values` and `gradients`.
  public let layout: ParameterLayout
  /// All parameters. Zero until `initialize` or until they are written by name.
  public let values: FloatBlock
  /// d(sum of losses) / d(values), summed since `zeroGradients`.
  public let gradients: FloatBlock

  let backend: any Backend
  let plan: ActivationPlan
  let activations: FloatBlock
  let sinusoids: FloatBlock
  let scratch: [Scratch]
  let embedding: EmbeddingLayer
  let layers: [EncoderLayer]
  let decoder: DecoderHead

  /// A model on this machine's processor.
  ///
  /// `microBatch` is in sequences. The encoder works on parts of 256 tokens, so two sequences of 128 for each thread are the
  /// fewest that keep all threads busy; 16 suit two threads.
  /// The configuration must be valid. Throws when OpenBLAS is missing or the system has no memory.
  public convenience init(
    configuration: ModelConfiguration, sequenceLength: Int, microBatch: Int,
    maskedPerSequence: Int, threads: ThreadPool
  ) throws(BackendError) {
    try self.init(
      configuration: configuration, sequenceLength: sequenceLength, microBatch: microBatch,
      maskedPerSequence: maskedPerSequence, backend: try CPUBackend(pool: threads))
  }

  package init(
    configuration: ModelConfiguration, sequenceLength: Int, microBatch: Int,
    maskedPerSequence: Int, backend: any Backend
  ) throws(BackendError) {
    precondition(
      (1...configuration.maximumLength).contains(sequenceLength),
      "sequences of \(sequenceLength) tokens, the model takes \(configuration.maximumLength)")
    precondition(microBatch > 0, "a micro-batch of \(microBatch) sequences")
    precondition(
      (1...sequenceLength).contains(maskedPerSequence),
      "\(maskedPerSequence) masked places in \(sequenceLength) tokens")
    self.configuration = configuration
    self.sequenceLength = sequenceLength
    self.microBatch = microBatch
    self.maskedPerSequence = maskedPerSequence
    self.backend = backend
    layout = ParameterLayout(configuration)
    values = try FloatBlock(count: layout.count)
    gradients = try FloatBlock(count: layout.count)
    plan = ActivationPlan(
      configuration, sequenceLength: sequenceLength, microBatch: microBatch,
      maskedPerSequence: maskedPerSequence, threads: backend.workers,
      rowsOfAPart: backend.rowsOfAPart)
    activations = try FloatBlock(count: plan.count)
    let width = configuration.hiddenSize, positions = configuration.maximumLength
    sinusoids = try FloatBlock(count: positions * width)
    EmbeddingLayer.fillSinusoids(sinusoids.pointer, positions: positions, width: width)
    let wiring = Wiring(
      shape: configuration, layout: layout, values: values.pointer, gradients: gradients.pointer,
      plan: plan, activations: activations.pointer)
    scratch = wiring.scratch
    embedding = wiring.embedding(sinusoids: sinusoids.pointer)
    layers = wiring.layers
    decoder = wiring.decoder
  }

  /// The parameters called `name`, or nil; row-major in the layout's shape.
  public func parameter(_ name: String) -> UnsafeMutableBufferPointer<Float>? {
    layout[name].map { values[$0.range] }
  }

  /// The gradient of the parameters called `name`, or nil.
  public func gradient(_ name: String) -> UnsafeMutableBufferPointer<Float>? {
    layout[name].map { gradients[$0.range] }
  }
}

extension MaskedLanguageModel {
  /// Adds d(sum of losses) / d(parameters) of a micro-batch to `gradients` and returns the sum of losses.
  ///
  /// The loss of a masked place is the cross-entropy in nats of its label. Divide both by the number of places, in the end. The
  /// batch must fit the sizes the model was made with and hold no id outside the vocabulary: that is checked, and a
  /// violation ends the process as a bug.
  public func accumulateGradients(_ batch: MaskedBatch) -> Double {
    let parts = check(batch)
    return batch.withPointers { ids, places, labels in
      encode(parts, ids)
      decoder.gather(places, on: backend)
      let score = decoder.score(labels, learning: true, countingCorrect: false, on: backend)
      decoder.backwardNorm(places: places.count, on: backend)
      backward(parts, ids, places)
      return score.lossSum
    }
  }

  /// The sum of losses of a batch, and how many of its masked places have their label as the likeliest word.
  ///
  /// Of equally likely words the one with the lowest id counts.
  public func evaluate(_ batch: MaskedBatch) -> (lossSum: Double, correct: Int) {
    let parts = check(batch)
    return batch.withPointers { ids, places, labels in
      encode(parts, ids)
      decoder.gather(places, on: backend)
      let score = decoder.score(labels, learning: false, countingCorrect: true, on: backend)
      return (score.lossSum, score.correct)
    }
  }

  /// Logits over all words at some rows of one or more sequences of equal length, [rows.count, V].
  ///
  /// `ids` holds the sequences end to end, each up to `maximumLength` tokens, in all at most `microBatch` · `sequenceLength`; a row
  /// counts tokens from the first sequence on. Every token sees its whole sequence: there is no padding.
  public func logits(ids: [UInt32], sequences: Int = 1, rows: [Int]) -> [Float] {
    check(ids: ids, sequences: sequences)
    precondition(rows.allSatisfy(ids.indices.contains), "a row outside 0..<\(ids.count)")
    let V = configuration.vocabularySize
    var result = [Float](repeating: 0, count: rows.count * V)
    encode(plan.cut.parts(sequences: sequences, tokens: ids.count / sequences), ids)
    for first in stride(from: 0, to: rows.count, by: plan.cut.chunkRows) {
      let chunk = rows[first..<min(rows.count, first + plan.cut.chunkRows)].map(Int32.init)
      chunk.withUnsafeBufferPointer { decoder.gather($0, on: backend) }
      result.withUnsafeMutableBufferPointer { result in
        let target = result.baseAddress! + first * V
        backend.forEach(1) { _, _ in
          backend.linear(
            target, decoder.normed, decoder.words, rows: chunk.count, outputs: V,
            inputs: configuration.hiddenSize, accumulate: false)
        }
      }
    }
    return result
  }

  private func encode(_ parts: [Part], _ ids: UnsafePointer<UInt32>) {
    backend.forEach(parts.count) { index, worker in
      let part = parts[index]
      embedding.forward(part, ids, on: backend)
      for layer in layers { layer.forward(part, scratch[worker], on: backend) }
    }
  }

  private func backward(
    _ parts: [Part], _ ids: UnsafePointer<UInt32>, _ places: UnsafeBufferPointer<Int32>
  ) {
    let rows = parts.reduce(0) { $0 + $1.rows }
    for (index, layer) in layers.enumerated().reversed() {
      backend.forEach(parts.count) { part, worker in
        if index == layers.count - 1 {
          decoder.scatter(layer.gradients.output, parts[part], places, on: backend)
        }
        layer.backward(parts[part], index: part, scratch[worker], on: backend)
      }
      let pieces = layer.weightGradientPieces()
      backend.forEach(pieces.count + 1) { piece, _ in
        if piece < pieces.count {
          pieces[piece].add(rows: rows, on: backend)
        } else {
          layer.addNormGradients(parts: parts.count, on: backend)
        }
      }
    }
    backwardEmbedding(parts, ids, rows)
  }

  private func backwardEmbedding(_ parts: [Part], _ ids: UnsafePointer<UInt32>, _ rows: Int) {
    backend.forEach(parts.count) { part, _ in
      embedding.backward(parts[part], index: part, on: backend)
    }
    let V = configuration.vocabularySize, each = max(1, (V + 31) / 32)
    let ranges = (V + each - 1) / each
    backend.forEach(ranges + 1) { range, _ in
      if range < ranges {
        let words = range * each..<min(V, (range + 1) * each)
        embedding.addWordGradients(words, ids, rows: rows, on: backend)
      } else {
        embedding.addSmallGradients(parts: parts.count, on: backend)
      }
    }
  }
}

extension MaskedLanguageModel {
  private func check(_ batch: MaskedBatch) -> [Part] {
    let tokens = batch.sequences > 0 ? batch.inputIDs.count / batch.sequences : 0
    precondition(
      tokens <= sequenceLength,
      "\(tokens) tokens a sequence, the model was made for \(sequenceLength)")
    check(ids: batch.inputIDs, sequences: batch.sequences)
    precondition(
      batch.places.count == batch.labels.count,
      "\(batch.places.count) places and \(batch.labels.count) labels")
    precondition(
      batch.places.count <= plan.cut.maskedRows,
      "\(batch.places.count) masked places, the model was made for \(plan.cut.maskedRows)")
    precondition(
      batch.places.allSatisfy { batch.inputIDs.indices.contains(Int($0)) },
      "a masked place outside 0..<\(batch.inputIDs.count)")
    precondition(
      batch.labels.allSatisfy { $0 < configuration.vocabularySize },
      "a label outside the \(configuration.vocabularySize) words")
    return plan.cut.parts(sequences: batch.sequences, tokens: tokens)
  }

  private func check(ids: [UInt32], sequences: Int) {
    precondition(
      sequences > 0 && !ids.isEmpty && ids.count % sequences == 0,
      "\(ids.count) tokens in \(sequences) sequences")
    precondition(
      ids.count <= plan.cut.rows, "\(ids.count) tokens, the model was made for \(plan.cut.rows)")
    precondition(
      ids.count / sequences <= configuration.maximumLength,
      "\(ids.count / sequences) tokens a sequence, the model takes \(configuration.maximumLength)")
    precondition(
      ids.allSatisfy { $0 < configuration.vocabularySize },
      "an id outside the \(configuration.vocabularySize) words")
  }
}

extension MaskedBatch {
  fileprivate func withPointers<Result>(
    _ body: (UnsafePointer<UInt32>, UnsafeBufferPointer<Int32>, UnsafeBufferPointer<UInt32>) ->
      Result
  ) -> Result {
    inputIDs.withUnsafeBufferPointer { ids in
      places.withUnsafeBufferPointer { places in
        labels.withUnsafeBufferPointer { labels in body(ids.baseAddress!, places, labels) }
      }
    }
  }
}
