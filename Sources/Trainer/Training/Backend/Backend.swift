/// Where numbers are read and written: float tensors, row-major.
package typealias Floats = UnsafeMutablePointer<Float>
package typealias ConstantFloats = UnsafePointer<Float>

/// Everything that the model asks of a processor: one list of operations.
///
/// Each operation works on the tensors it is given, on the thread that calls it; `forEach` is the only one that makes work
/// parallel. So the model decides what may run side by side, and a part is a range of sequences, of rows or of a weight's
/// outputs that is the same for any number of threads.
///
/// Shapes: N rows (B · T tokens, or a part of them), C width, H heads, D = C / H, G gated width, V words; `dX` is the gradient of
/// X. Outputs come first, inputs next, sizes last. Inputs and outputs do not overlap unless an operation says so.
package protocol Backend: Sendable {
  /// Names the kernels in use: equal names and equal inputs give equal bits.
  var name: String { get }

  /// How many parts run at the same time, at most. Scratch memory is needed once for each.
  var workers: Int { get }

  /// How many rows of activations one part should hold, so that a part stays near its core.
  var rowsOfAPart: Int { get }

  /// Calls `body(part, worker)` for every part, some at the same time; returns when all are done.
  func forEach(_ parts: Int, _ body: (_ part: Int, _ worker: Int) -> Void)

  /// y[N, out] = x[N, in] · Wᵀ, added to y's old values with `accumulate`.
  func linear(
    _ y: Floats, _ x: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int,
    accumulate: Bool)

  /// dX[N, in] = dY[N, out] · W, added to dX's old values with `accumulate`.
  func linearInputGradient(
    _ dX: Floats, _ dY: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int, accumulate: Bool)

  /// dW[out, in] += dYᵀ · x, where a row of dY is `stride` long: so a part can make some of a weight's outputs.
  func linearWeightGradient(
    _ dWeight: Floats, _ dY: ConstantFloats, stride: Int, _ x: ConstantFloats, rows: Int,
    outputs: Int, inputs: Int)

  /// y = (x − mean) · rstd · weight + bias a row; keeps `mean` and `rstd` [N] for the gradient.
  func layerNorm(
    _ y: Floats, _ mean: Floats, _ rstd: Floats, _ x: ConstantFloats, weight: ConstantFloats,
    bias: ConstantFloats, epsilon: Float, rows: Int, width: Int)

  /// dX = residual + gradient through the norm; adds to dWeight and dBias [C]. `y`, where given, receives the norm's output
  /// again; `residual` may be dX itself.
  func layerNormGradient(
    _ dX: Floats, _ dWeight: Floats, _ dBias: Floats, _ y: Floats?, residual: ConstantFloats?,
    _ dY: ConstantFloats, _ x: ConstantFloats, mean: ConstantFloats, rstd: ConstantFloats,
    weight: ConstantFloats, bias: ConstantFloats, rows: Int, width: Int)

  /// a[N, G] = value · gelu(gate), where a row of x is [value G | gate G]; GELU by erf.
  func gatedGELU(_ a: Floats, _ x: ConstantFloats, rows: Int, width: Int)

  /// dX[N, 2G] from dA; `a` receives the forward result again.
  func gatedGELUGradient(
    _ dX: Floats, _ a: Floats, _ dA: ConstantFloats, _ x: ConstantFloats, rows: Int, width: Int)

  /// Full attention of one sequence. A row of qkv is [q D | k D | v D] for each head; mixed [T, C]; lse [H, T] is kept for
  /// the gradient. Scratch: T · T floats.
  func attention(
    _ mixed: Floats, _ lse: Floats, _ qkv: ConstantFloats, scratch: Floats, tokens: Int, heads: Int,
    headSize: Int)

  /// Gradient of `attention` in qkv's own layout. Scratch: 2 · T · T + T floats.
  func attentionGradient(
    _ dQKV: Floats, _ dMixed: ConstantFloats, _ qkv: ConstantFloats, mixed: ConstantFloats,
    lse: ConstantFloats, scratch: Floats, tokens: Int, heads: Int, headSize: Int)

  /// In place: each row of x becomes e^(x − maximum); keeps the maximum and the sum a row.
  func exponentiate(_ x: Floats, _ maximum: Floats, _ sum: Floats, rows: Int, columns: Int)

  /// In place: x[r] *= scale[r].
  func scaleRows(_ x: Floats, _ scale: ConstantFloats, rows: Int, columns: Int)

  /// y += x.
  func add(_ y: Floats, _ x: ConstantFloats, count: Int)

  /// y = x + scale · z.
  func addScaled(_ y: Floats, _ x: ConstantFloats, _ z: ConstantFloats, scale: Float, count: Int)

  /// Σ a · b in double precision.
  func dot(_ a: ConstantFloats, _ b: ConstantFloats, count: Int) -> Double

  /// One AdamW update of a range, in PyTorch's form.
  func adamW(
    _ values: Floats, _ moments1: Floats, _ moments2: Floats, _ gradients: ConstantFloats,
    _ scalars: AdamWScalars, count: Int)
}

/// The numbers that are the same for every parameter of one AdamW update.
package struct AdamWScalars {
  /// Multiplies each gradient: normalisation and clipping in one.
  package var gradientScale: Float
  /// Multiplies each value first: 1 − learning rate · weight decay.
  package var decay: Float
  package var beta1: Double
  package var beta2: Double
  /// learning rate / (1 − beta1^t).
  package var stepSize: Float
  /// 1 / √(1 − beta2^t).
  package var inverseRootCorrection2: Float
  package var epsilon: Float

  package init(
    gradientScale: Float, decay: Float, beta1: Double, beta2: Double, stepSize: Float,
    inverseRootCorrection2: Float, epsilon: Float
  ) {
    self.gradientScale = gradientScale
    self.decay = decay
    self.beta1 = beta1
    self.beta2 = beta2
    self.stepSize = stepSize
    self.inverseRootCorrection2 = inverseRootCorrection2
    self.epsilon = epsilon
  }
}
