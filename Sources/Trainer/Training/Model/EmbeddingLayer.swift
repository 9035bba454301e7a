import Glibc

/// norm(word[id] + scale · sinusoids[position]).
struct EmbeddingLayer {
  /// The layer's tensors: its weights, or their gradients.
  struct Tensors {
    let words, positionScale, normWeight, normBias: Floats
  }

  let shape: ModelConfiguration
  let weights: Tensors
  let weightGradients: Tensors
  /// The fixed table, [maximumLength, C].
  let sinusoids: ConstantFloats
  /// Before the norm, [N, C], and the norm's statistics [N].
  let embedded, mean, rstd: Floats
  /// After the norm, [N, C].
  let output: Floats
  /// Gradients of `output` and of `embedded`, [N, C]; of each part, the norm's and the position scale's.
  let dOutput, dEmbedded, partials: Floats

  func forward(
    _ part: Part, _ ids: UnsafePointer<UInt32>, on backend: any Backend
  ) {
    let C = shape.hiddenSize, scale = weights.positionScale[0], begin = part.firstRow
    for row in begin..<begin + part.rows {
      backend.addScaled(
        embedded + row * C, weights.words + Int(ids[row]) * C,
        sinusoids + (row - begin) % part.tokens * C, scale: scale, count: C)
    }
    backend.layerNorm(
      output + begin * C, mean + begin, rstd + begin, embedded + begin * C,
      weight: weights.normWeight, bias: weights.normBias, epsilon: shape.layerNormEpsilon,
      rows: part.rows, width: C)
  }

  func backward(_ part: Part, index: Int, on backend: any Backend) {
    let C = shape.hiddenSize, begin = part.firstRow, partial = partials + index * 4 * C
    partial.update(repeating: 0, count: 4 * C)
    backend.layerNormGradient(
      dEmbedded + begin * C, partial, partial + C, nil, residual: nil, dOutput + begin * C,
      embedded + begin * C, mean: mean + begin, rstd: rstd + begin, weight: weights.normWeight,
      bias: weights.normBias, rows: part.rows, width: C)
    var sum = 0.0
    for row in begin..<begin + part.rows {
      let position = sinusoids + (row - begin) % part.tokens * C
      sum += backend.dot(dEmbedded + row * C, position, count: C)
    }
    // In two floats, so that nothing of the double is lost before all parts are added.
    partial[2 * C] = Float(sum)
    partial[2 * C + 1] = Float(sum - Double(Float(sum)))
  }

  /// Adds the gradients of norm and position scale of all parts, in the parts' order.
  func addSmallGradients(parts: Int, on backend: any Backend) {
    let C = shape.hiddenSize
    var sum = 0.0
    for part in 0..<parts {
      let partial = partials + part * 4 * C
      backend.add(weightGradients.normWeight, partial, count: C)
      backend.add(weightGradients.normBias, partial + C, count: C)
      sum += Double(partial[2 * C]) + Double(partial[2 * C + 1])
    }
    weightGradients.positionScale[0] += Float(sum)
  }

  /// Adds the gradients of the looked-up words whose ids are in `range`, rows in rising order; the padding word gets none.
  ///
  /// Each range has one owner, so the sums need neither locks nor a sort, and come out the same for any number of threads.
  func addWordGradients(
    _ range: Range<Int>, _ ids: UnsafePointer<UInt32>, rows: Int, on backend: any Backend
  ) {
    let C = shape.hiddenSize
    for row in 0..<rows {
      let id = Int(ids[row])
      if range.contains(id) && id != shape.padID {
        backend.add(weightGradients.words + id * C, dEmbedded + row * C, count: C)
      }
    }
  }

  /// Fills the table: sin and cos in turn, of position · 10000^(−2i / C).
  static func fillSinusoids(_ table: Floats, positions: Int, width: Int) {
    for position in 0..<positions {
      for i in 0..<width / 2 {
        let angle = Double(position) * exp(-Double(2 * i) / Double(width) * 9.210340371976184)
        table[position * width + 2 * i] = Float(sin(angle))
        table[position * width + 2 * i + 1] = Float(cos(angle))
      }
    }
  }
}
