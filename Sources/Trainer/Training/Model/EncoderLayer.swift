/// One layer of the encoder: x + attention(norm1 x), then that + feed-forward(norm2 that).
///
/// Holds where its weights, their gradients and its activations lie. `forward` and `backward` work on one part of the
/// micro-batch and may run on many parts at a time; `weightGradients` need all parts to be done.
struct EncoderLayer {
  /// One tensor of each kind that a layer has: its weights, or their gradients.
  struct Tensors {
    let norm1Weight, norm1Bias, qkv, dense, norm2Weight, norm2Bias, denseIn, denseOut: Floats
  }

  /// What a layer keeps from forward to backward.
  struct Kept {
    let x, mean1, rstd1, qkv, lse, mixed, middle, mean2, rstd2, valueGate: Floats
  }

  /// Gradients of activations: of the layer's output, of the stream between its halves, of its input, and inside.
  struct Gradients {
    let output, middle, input, normed1, normed2, gated, dValueGate, dQKV, partials: Floats
  }

  let shape: ModelConfiguration
  let weights: Tensors
  let weightGradients: Tensors
  let kept: Kept
  /// The input of the next layer, [N, C].
  let output: Floats
  let gradients: Gradients

  func forward(_ part: Part, _ scratch: Scratch, on backend: any Backend) {
    attend(part, scratch, backend)
    let C = shape.hiddenSize, F = shape.intermediateSize, row = part.firstRow, N = part.rows
    let middle = kept.middle + row * C, valueGate = kept.valueGate + row * F
    backend.layerNorm(
      scratch.normed, kept.mean2 + row, kept.rstd2 + row, middle, weight: weights.norm2Weight,
      bias: weights.norm2Bias, epsilon: shape.layerNormEpsilon, rows: N, width: C)
    backend.linear(
      valueGate, scratch.normed, weights.denseIn, rows: N, outputs: F, inputs: C, accumulate: false)
    backend.gatedGELU(scratch.gated, valueGate, rows: N, width: F / 2)
    (output + row * C).update(from: middle, count: N * C)
    backend.linear(
      output + row * C, scratch.gated, weights.denseOut, rows: N, outputs: C, inputs: F / 2,
      accumulate: true)
  }

  private func attend(_ part: Part, _ scratch: Scratch, _ backend: any Backend) {
    let C = shape.hiddenSize, row = part.firstRow, N = part.rows, T = part.tokens
    let x = kept.x + row * C, middle = kept.middle + row * C
    backend.layerNorm(
      scratch.normed, kept.mean1 + row, kept.rstd1 + row, x, weight: weights.norm1Weight,
      bias: weights.norm1Bias, epsilon: shape.layerNormEpsilon, rows: N, width: C)
    backend.linear(
      kept.qkv + row * 3 * C, scratch.normed, weights.qkv, rows: N, outputs: 3 * C, inputs: C,
      accumulate: false)
    for first in stride(from: row, to: row + N, by: T) {
      backend.attention(
        kept.mixed + first * C, kept.lse + first * shape.heads, kept.qkv + first * 3 * C,
        scratch: scratch.scores, tokens: T, heads: shape.heads, headSize: shape.headSize)
    }
    middle.update(from: x, count: N * C)
    backend.linear(
      middle, kept.mixed + row * C, weights.dense, rows: N, outputs: C, inputs: C, accumulate: true)
  }

  /// Makes `gradients.input` of a part from `gradients.output`, and what the weights' gradients need.
  func backward(_ part: Part, index: Int, _ scratch: Scratch, on backend: any Backend) {
    let C = shape.hiddenSize, F = shape.intermediateSize, row = part.firstRow, N = part.rows
    let dOutput = gradients.output + row * C, dValueGate = gradients.dValueGate + row * F
    let partials = gradients.partials + index * 4 * C
    partials.update(repeating: 0, count: 4 * C)
    backend.linearInputGradient(
      scratch.dGated, dOutput, weights.denseOut, rows: N, outputs: C, inputs: F / 2,
      accumulate: false)
    backend.gatedGELUGradient(
      dValueGate, gradients.gated + row * (F / 2), scratch.dGated, kept.valueGate + row * F,
      rows: N,
      width: F / 2)
    backend.linearInputGradient(
      scratch.dNormed, dValueGate, weights.denseIn, rows: N, outputs: F, inputs: C,
      accumulate: false)
    backend.layerNormGradient(
      gradients.middle + row * C, partials + 2 * C, partials + 3 * C, gradients.normed2 + row * C,
      residual: dOutput, scratch.dNormed, kept.middle + row * C, mean: kept.mean2 + row,
      rstd: kept.rstd2 + row, weight: weights.norm2Weight, bias: weights.norm2Bias, rows: N,
      width: C)
    attendBackward(part, partials, scratch, backend)
  }

  private func attendBackward(
    _ part: Part, _ partials: Floats, _ scratch: Scratch, _ backend: any Backend
  ) {
    let C = shape.hiddenSize, row = part.firstRow, N = part.rows, T = part.tokens
    let dMiddle = gradients.middle + row * C, dQKV = gradients.dQKV + row * 3 * C
    backend.linearInputGradient(
      scratch.dMixed, dMiddle, weights.dense, rows: N, outputs: C, inputs: C, accumulate: false)
    for local in stride(from: 0, to: N, by: T) {
      let first = row + local
      backend.attentionGradient(
        dQKV + local * 3 * C, scratch.dMixed + local * C, kept.qkv + first * 3 * C,
        mixed: kept.mixed + first * C, lse: kept.lse + first * shape.heads, scratch: scratch.scores,
        tokens: T, heads: shape.heads, headSize: shape.headSize)
    }
    backend.linearInputGradient(
      scratch.dNormed, dQKV, weights.qkv, rows: N, outputs: 3 * C, inputs: C, accumulate: false)
    backend.layerNormGradient(
      gradients.input + row * C, partials, partials + C, gradients.normed1 + row * C,
      residual: dMiddle, scratch.dNormed, kept.x + row * C, mean: kept.mean1 + row,
      rstd: kept.rstd1 + row, weight: weights.norm1Weight, bias: weights.norm1Bias, rows: N,
      width: C)
  }

  /// The independent pieces of this layer's weight gradients, the dearest first.
  func weightGradientPieces() -> [WeightGradientPiece] {
    let C = shape.hiddenSize, F = shape.intermediateSize
    let g = gradients, d = weightGradients
    return WeightGradientPiece.cut(d.denseIn, g.dValueGate, g.normed2, outputs: F, inputs: C)
      + WeightGradientPiece.cut(d.qkv, g.dQKV, g.normed1, outputs: 3 * C, inputs: C)
      + WeightGradientPiece.cut(d.denseOut, g.output, g.gated, outputs: C, inputs: F / 2)
      + WeightGradientPiece.cut(d.dense, g.middle, kept.mixed, outputs: C, inputs: C)
  }

  /// Adds the norms' gradients of all parts, in the parts' order.
  func addNormGradients(parts: Int, on backend: any Backend) {
    let C = shape.hiddenSize, d = weightGradients
    for part in 0..<parts {
      let partials = gradients.partials + part * 4 * C
      backend.add(d.norm1Weight, partials, count: C)
      backend.add(d.norm1Bias, partials + C, count: C)
      backend.add(d.norm2Weight, partials + 2 * C, count: C)
      backend.add(d.norm2Bias, partials + 3 * C, count: C)
    }
  }
}

/// Some outputs of one weight's gradient: dW[outputs, inputs] += dYᵀ · x over all rows.
struct WeightGradientPiece {
  let dWeight: Floats
  let dY: ConstantFloats
  let stride: Int
  let x: ConstantFloats
  let outputs: Int
  let inputs: Int

  /// Cuts a weight into pieces of 256 outputs.
  static func cut(
    _ dWeight: Floats, _ dY: ConstantFloats, _ x: ConstantFloats, outputs: Int, inputs: Int
  ) -> [WeightGradientPiece] {
    let most = 256
    return Swift.stride(from: 0, to: outputs, by: most).map { first in
      WeightGradientPiece(
        dWeight: dWeight + first * inputs, dY: dY + first, stride: outputs, x: x,
        outputs: min(most, outputs - first), inputs: inputs)
    }
  }

  func add(rows: Int, on backend: any Backend) {
    backend.linearWeightGradient(
      dWeight, dY, stride: stride, x, rows: rows, outputs: outputs, inputs: inputs)
  }
}

/// One worker's memory while it is in a part.
struct Scratch {
  let normed, gated, dGated, dNormed, dMixed, scores: Floats
}
