extension MaskedLanguageModel {
  /// Sets all gradients to zero, for the next update.
  public func zeroGradients() {
    let slices = gradients.slices
    backend.forEach(slices.count) { slice, _ in
      gradients[slices[slice]].update(repeating: 0)
    }
  }

  /// `scale` · the L2 norm of all gradients; with scale 1 / (masked places of the update) that of the mean loss.
  ///
  /// Summed in double precision over fixed slices in their order. Not finite when any gradient is not.
  public func gradientNorm(scale: Double) -> Double {
    let slices = gradients.slices
    let sums = [Double](unsafeUninitializedCapacity: slices.count) { sums, count in
      let start = sums.baseAddress
      backend.forEach(slices.count) { slice, _ in
        let part = gradients[slices[slice]]
        start?[slice] = backend.dot(part.baseAddress!, part.baseAddress!, count: part.count)
      }
      count = slices.count
    }
    return scale * sums.reduce(0, +).squareRoot()
  }

  /// What to multiply gradients of norm `norm` with so that it is at most `limit`: PyTorch's min(1, limit / (norm + 1e-6)).
  public static func clippingFactor(norm: Double, limit: Double) -> Double {
    min(1, limit / (norm + 1e-6))
  }
}

extension FloatBlock {
  /// The block in pieces that one thread takes at a time.
  var slices: [Range<Int>] {
    let each = 65_536
    return stride(from: 0, to: count, by: each).map { $0..<min(count, $0 + each) }
  }
}
