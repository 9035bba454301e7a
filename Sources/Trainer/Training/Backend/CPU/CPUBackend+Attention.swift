/// Attention as small matrix products on the packed rows, one head after the other: a head's scores stay in the core's cache.
extension CPUBackend {
  package func attention(
    _ mixed: Floats, _ lse: Floats, _ qkv: ConstantFloats, scratch: Floats, tokens T: Int,
    heads: Int, headSize D: Int
  ) {
    let stride = 3 * heads * D, scale = 1 / Float(D).squareRoot()
    for head in 0..<heads {
      let q = qkv + 3 * D * head
      scores(scratch, q, stride, T, D, scale)
      kernels.pointee.softmax(scratch, lse + T * head, T, T)
      blas.product(
        mixed + D * head, heads * D, .init(scratch, T), .init(q + 2 * D, stride), m: T, n: D, k: T)
    }
  }

  package func attentionGradient(
    _ dQKV: Floats, _ dMixed: ConstantFloats, _ qkv: ConstantFloats, mixed: ConstantFloats,
    lse: ConstantFloats, scratch: Floats, tokens T: Int, heads: Int, headSize D: Int
  ) {
    let C = heads * D, stride = 3 * C, scale = 1 / Float(D).squareRoot()
    let p = scratch, dP = scratch + T * T, delta = scratch + 2 * T * T
    for head in 0..<heads {
      let q = qkv + 3 * D * head, dQ = dQKV + 3 * D * head, dO = dMixed + D * head
      kernels.pointee.row_products(delta, dO, C, mixed + D * head, C, T, D)
      scores(p, q, stride, T, D, scale)
      blas.product(
        dP, T, .init(dO, C), .init(q + 2 * D, stride, transposed: true), m: T, n: T, k: D)
      kernels.pointee.softmax_gradient(p, dP, lse + T * head, delta, scale, T, T)
      let dS = dP
      blas.product(dQ, stride, .init(dS, T), .init(q + D, stride), m: T, n: D, k: T)
      blas.product(
        dQ + D, stride, .init(dS, T, transposed: true), .init(q, stride), m: T, n: D, k: T)
      blas.product(
        dQ + 2 * D, stride, .init(p, T, transposed: true), .init(dO, C), m: T, n: D, k: T)
    }
  }

  /// s[T, T] = scale · q · kᵀ of one head; k lies D floats behind q.
  private func scores(
    _ s: Floats, _ q: ConstantFloats, _ stride: Int, _ T: Int, _ D: Int, _ scale: Float
  ) {
    blas.product(
      s, T, .init(q, stride), .init(q + D, stride, transposed: true), m: T, n: T, k: D, alpha: scale
    )
  }
}
