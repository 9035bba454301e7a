import CKernels

/// The processor itself: OpenBLAS for matrix products, our kernels for the rest, a pool of threads.
package struct CPUBackend: Backend, @unchecked Sendable {
  let blas: OpenBLAS
  let kernels: UnsafePointer<ckernels_table>
  let pool: ThreadPool

  /// Takes the fastest kernels, or those called `kernels` ("portable", "avx2", "avx512").
  ///
  /// Nil when this processor cannot run them. Throws when OpenBLAS is missing.
  package init?(pool: ThreadPool, kernels name: String) throws(BackendError) {
    guard let table = ckernels_named(name) else { return nil }
    blas = try OpenBLAS.load()
    kernels = table
    self.pool = pool
  }

  package init(pool: ThreadPool) throws(BackendError) {
    blas = try OpenBLAS.load()
    kernels = ckernels_best()
    self.pool = pool
  }

  package var name: String { "\(String(cString: kernels.pointee.name)) \(blas.coreName)" }
  package var workers: Int { pool.threads }
  package var rowsOfAPart: Int { 256 }

  package func forEach(_ parts: Int, _ body: (Int, Int) -> Void) { pool.run(parts, body) }

  package func linear(
    _ y: Floats, _ x: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int,
    accumulate: Bool
  ) {
    blas.product(
      y, outputs, .init(x, inputs), .init(weight, inputs, transposed: true), m: rows, n: outputs,
      k: inputs, beta: accumulate ? 1 : 0)
  }

  package func linearInputGradient(
    _ dX: Floats, _ dY: ConstantFloats, _ weight: ConstantFloats, rows: Int, outputs: Int,
    inputs: Int, accumulate: Bool
  ) {
    blas.product(
      dX, inputs, .init(dY, outputs), .init(weight, inputs), m: rows, n: inputs, k: outputs,
      beta: accumulate ? 1 : 0)
  }

  package func linearWeightGradient(
    _ dWeight: Floats, _ dY: ConstantFloats, stride: Int, _ x: ConstantFloats, rows: Int,
    outputs: Int, inputs: Int
  ) {
    blas.product(
      dWeight, inputs, .init(dY, stride, transposed: true), .init(x, inputs), m: outputs, n: inputs,
      k: rows, beta: 1)
  }

  package func layerNorm(
    _ y: Floats, _ mean: Floats, _ rstd: Floats, _ x: ConstantFloats, weight: ConstantFloats,
    bias: ConstantFloats, epsilon: Float, rows: Int, width: Int
  ) {
    kernels.pointee.layer_norm(y, mean, rstd, x, weight, bias, epsilon, rows, width)
  }

  package func layerNormGradient(
    _ dX: Floats, _ dWeight: Floats, _ dBias: Floats, _ y: Floats?, residual: ConstantFloats?,
    _ dY: ConstantFloats, _ x: ConstantFloats, mean: ConstantFloats, rstd: ConstantFloats,
    weight: ConstantFloats, bias: ConstantFloats, rows: Int, width: Int
  ) {
    kernels.pointee.layer_norm_gradient(
      dX, dWeight, dBias, y, residual, dY, x, mean, rstd, weight, bias, rows, width)
  }

  package func gatedGELU(_ a: Floats, _ x: ConstantFloats, rows: Int, width: Int) {
    kernels.pointee.gated_gelu(a, x, rows, width)
  }

  package func gatedGELUGradient(
    _ dX: Floats, _ a: Floats, _ dA: ConstantFloats, _ x: ConstantFloats, rows: Int, width: Int
  ) {
    kernels.pointee.gated_gelu_gradient(dX, a, dA, x, rows, width)
  }

  package func exponentiate(
    _ x: Floats, _ maximum: Floats, _ sum: Floats, rows: Int, columns: Int
  ) {
    kernels.pointee.exponentiate(x, maximum, sum, rows, columns)
  }

  package func scaleRows(_ x: Floats, _ scale: ConstantFloats, rows: Int, columns: Int) {
    kernels.pointee.scale_rows(x, scale, rows, columns)
  }

  package func add(_ y: Floats, _ x: ConstantFloats, count: Int) {
    kernels.pointee.add(y, x, count)
  }

  package func addScaled(
    _ y: Floats, _ x: ConstantFloats, _ z: ConstantFloats, scale: Float, count: Int
  ) {
    kernels.pointee.add_scaled(y, x, z, scale, count)
  }

  package func dot(_ a: ConstantFloats, _ b: ConstantFloats, count: Int) -> Double {
    kernels.pointee.dot(a, b, count)
  }

  package func adamW(
    _ values: Floats, _ moments1: Floats, _ moments2: Floats, _ gradients: ConstantFloats,
    _ scalars: AdamWScalars, count: Int
  ) {
    let words = ckernels_adamw(
      gradient_scale: scalars.gradientScale, decay: scalars.decay, beta1: Float(scalars.beta1),
      beta2: Float(scalars.beta2), new1: Float(1 - scalars.beta1), new2: Float(1 - scalars.beta2),
      step_size: scalars.stepSize,
      inverse_root_correction2: scalars.inverseRootCorrection2, epsilon: scalars.epsilon)
    kernels.pointee.adamw(values, moments1, moments2, gradients, words, count)
  }
}
