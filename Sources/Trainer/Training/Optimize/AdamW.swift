import Glibc

/// Adam with decoupled weight decay, in PyTorch's form: epsilon outside the root, after the bias correction.
///
/// w ← w · (1 − rate · decay); m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
/// Norms and biases do not decay. Every number depends only on its own gradients, so results do not depend on threads.
public final class AdamW {
  /// First and second moments, in the model's layout.
  public let moments1: FloatBlock
  public let moments2: FloatBlock
  /// t: updates made. A checkpoint must keep it with the moments, for the bias correction.
  public var stepCount = 0

  public let beta1: Double
  public let beta2: Double
  public let epsilon: Double
  public let weightDecay: Double
  private let pieces: [(range: Range<Int>, decays: Bool)]

  /// The recipe's settings are the defaults. Throws when the system has no memory.
  public init(
    layout: ParameterLayout, beta1: Double = 0.9, beta2: Double = 0.98, epsilon: Double = 1e-12,
    weightDecay: Double = 0.01
  ) throws(BackendError) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    moments1 = try FloatBlock(count: layout.count)
    moments2 = try FloatBlock(count: layout.count)
    let each = 65_536
    pieces = layout.tensors.flatMap { tensor in
      stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: each).map {
        ($0..<min(tensor.range.upperBound, $0 + each), tensor.decays)
      }
    }
  }

  /// Moves the model's parameters by one update.
  ///
  /// `gradientScale` multiplies every gradient first: 1 / (masked places of the update) · the clipping factor. Gradients are
  /// left as they are. Reads and writes 28 bytes for each parameter.
  public func step(_ model: MaskedLanguageModel, gradientScale: Double, learningRate: Double) {
    precondition(
      moments1.count == model.values.count,
      "moments of \(moments1.count) parameters for a model of \(model.values.count)")
    stepCount += 1
    let values = model.values.pointer, gradients = model.gradients.pointer
    model.backend.forEach(pieces.count) { index, _ in
      let piece = pieces[index], first = piece.range.lowerBound
      model.backend.adamW(
        values + first, moments1.pointer + first, moments2.pointer + first, gradients + first,
        scalars(gradientScale, learningRate, decays: piece.decays), count: piece.range.count)
    }
  }

  private func scalars(_ gradientScale: Double, _ rate: Double, decays: Bool) -> AdamWScalars {
    let t = Double(stepCount)
    return AdamWScalars(
      gradientScale: Float(gradientScale), decay: Float(decays ? 1 - rate * weightDecay : 1),
      beta1: beta1, beta2: beta2, stepSize: Float(rate / (1 - pow(beta1, t))),
      inverseRootCorrection2: Float(1 / (1 - pow(beta2, t)).squareRoot()), epsilon: Float(epsilon))
  }
}
