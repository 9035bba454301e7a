/// Gives every layer its pointers into the blocks of parameters, gradients and activations.
struct Wiring {
  let shape: ModelConfiguration
  let layout: ParameterLayout
  let values: Floats
  let gradients: Floats
  let plan: ActivationPlan
  let activations: Floats

  private func at(_ place: Range<Int>) -> Floats { activations + place.lowerBound }

  private func tensor(_ name: String, in block: Floats) -> Floats {
    guard let tensor = layout[name] else { preconditionFailure("no tensor is called \(name)") }
    return block + tensor.offset
  }

  var scratch: [Scratch] {
    plan.scratch.map {
      Scratch(
        normed: at($0.normed), gated: at($0.gated), dGated: at($0.dGated), dNormed: at($0.dNormed),
        dMixed: at($0.dMixed), scores: at($0.scores))
    }
  }

  /// The residual gradients go around in three buffers, two steps a layer.
  private func residual(_ layer: Int, step: Int) -> Floats {
    at(plan.gradients.residuals[(2 * (shape.layers - 1 - layer) + step) % 3])
  }

  var layers: [EncoderLayer] {
    (0..<shape.layers).map { layer in
      let kept = plan.layers[layer]
      let output = layer + 1 < shape.layers ? plan.layers[layer + 1].x : plan.output
      return EncoderLayer(
        shape: shape, weights: layerTensors(layer, values),
        weightGradients: layerTensors(layer, gradients),
        kept: .init(
          x: at(kept.x), mean1: at(kept.mean1), rstd1: at(kept.rstd1), qkv: at(kept.qkv),
          lse: at(kept.lse), mixed: at(kept.mixed), middle: at(kept.middle), mean2: at(kept.mean2),
          rstd2: at(kept.rstd2), valueGate: at(kept.valueGate)),
        output: at(output), gradients: layerGradients(layer))
    }
  }

  private func layerTensors(_ layer: Int, _ block: Floats) -> EncoderLayer.Tensors {
    let prefix = "encoder.layers.\(layer)"
    return EncoderLayer.Tensors(
      norm1Weight: tensor("\(prefix).norm1.weight", in: block),
      norm1Bias: tensor("\(prefix).norm1.bias", in: block),
      qkv: tensor("\(prefix).attn.self_attention.query_key_value.weight", in: block),
      dense: tensor("\(prefix).attn.dense.weight", in: block),
      norm2Weight: tensor("\(prefix).norm2.weight", in: block),
      norm2Bias: tensor("\(prefix).norm2.bias", in: block),
      denseIn: tensor("\(prefix).ffn.dense_in.weight", in: block),
      denseOut: tensor("\(prefix).ffn.dense_out.weight", in: block))
  }

  private func layerGradients(_ layer: Int) -> EncoderLayer.Gradients {
    let shared = plan.gradients
    return EncoderLayer.Gradients(
      output: residual(layer, step: 0), middle: residual(layer, step: 1),
      input: residual(layer, step: 2), normed1: at(shared.normed1), normed2: at(shared.normed2),
      gated: at(shared.gated), dValueGate: at(shared.dValueGate), dQKV: at(shared.dQKV),
      partials: at(shared.partials))
  }

  func embedding(sinusoids: ConstantFloats) -> EmbeddingLayer {
    EmbeddingLayer(
      shape: shape, weights: embeddingTensors(values), weightGradients: embeddingTensors(gradients),
      sinusoids: sinusoids, embedded: at(plan.embedded), mean: at(plan.embeddedMean),
      rstd: at(plan.embeddedRstd), output: at(plan.layers[0].x), dOutput: residual(0, step: 2),
      dEmbedded: residual(0, step: 0), partials: at(plan.gradients.partials))
  }

  private func embeddingTensors(_ block: Floats) -> EmbeddingLayer.Tensors {
    EmbeddingLayer.Tensors(
      words: tensor("encoder.embedding.word_embedding.weight", in: block),
      positionScale: tensor("encoder.embedding.pos_embedding.scale_factor", in: block),
      normWeight: tensor("encoder.embedding.norm.weight", in: block),
      normBias: tensor("encoder.embedding.norm.bias", in: block))
  }

  var decoder: DecoderHead {
    let words = "encoder.embedding.word_embedding.weight", norm = "encoder.final_norm"
    let own = plan.decoder
    return DecoderHead(
      shape: shape, cut: plan.cut, words: tensor(words, in: values),
      normWeight: tensor("\(norm).weight", in: values),
      normBias: tensor("\(norm).bias", in: values),
      dWords: tensor(words, in: gradients), dNormWeight: tensor("\(norm).weight", in: gradients),
      dNormBias: tensor("\(norm).bias", in: gradients), output: at(plan.output),
      gathered: at(own.gathered), normed: at(own.normed), mean: at(own.mean), rstd: at(own.rstd),
      dNormed: at(own.dNormed), dGathered: at(own.dGathered), logits: at(own.logits),
      maximum: at(own.maximum), sum: at(own.sum), lse: at(own.lse),
      labelLogit: at(own.labelLogit), laneGradient: at(own.laneGradient),
      partials: at(plan.gradients.partials))
  }
}
