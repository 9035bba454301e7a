import TestSupport
import Testing
import Training

/// Every instruction set against the obvious version, on sizes that fill a vector, miss it by one, and are smaller than one.
struct BackendKernelTests {
  static let sizes = [(3, 1), (2, 7), (5, 16), (3, 31), (4, 33), (2, 64), (3, 130)]

  /// Runs `body` on a backend and on the reference, each with its own copy of `numbers`, and compares what it leaves in them.
  private func compare(
    _ backend: BackendCase, _ numbers: [Float], tolerance: Double = 2e-6,
    _ body: (any Backend, Floats) -> Void
  ) throws {
    guard let backend = try backend.make() else { return }
    var found = numbers, expected = numbers
    found.withUnsafeMutableBufferPointer { body(backend, $0.baseAddress!) }
    expected.withUnsafeMutableBufferPointer { body(ReferenceBackend(), $0.baseAddress!) }
    #expect(relativeError(found, expected) < tolerance)
    let size = expected.map(abs).max() ?? 0
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(Double(worst) < 10 * tolerance * Double(max(size, 1)))
  }

  @Test(arguments: BackendCase.kernels, sizes)
  func `layer norm`(_ backend: BackendCase, _ size: (Int, Int)) throws {
    let (rows, width) = size
    var numbers = SeededNumbers(1)
    let x = numbers.floats(rows * width, times: 3).map { $0 + 2 }
    let weights = numbers.floats(2 * width)
    try compare(backend, x + weights + [Float](repeating: 0, count: rows * width + 2 * rows)) {
      let weight = $1 + rows * width, y = weight + 2 * width, mean = y + rows * width
      // With the recipe's epsilon a row of one number would be noise over noise.
      $0.layerNorm(
        y, mean, mean + rows, $1, weight: weight, bias: weight + width,
        epsilon: width == 1 ? 1 : 1e-12, rows: rows, width: width)
    }
  }

  @Test(arguments: BackendCase.kernels, sizes)
  func `layer norm gradient`(_ backend: BackendCase, _ size: (Int, Int)) throws {
    for full in [true, false] { try checkLayerNormGradient(backend, size, full) }
  }

  /// With the forward result and a residual, or without both.
  private func checkLayerNormGradient(
    _ backend: BackendCase, _ size: (Int, Int), _ full: Bool
  ) throws {
    let (rows, width) = size, n = rows * width
    var numbers = SeededNumbers(2)
    let inputs = numbers.floats(3 * n + 2 * width) + numbers.floats(2 * rows).map { abs($0) + 0.5 }
    try compare(backend, inputs + numbers.floats(2 * width) + [Float](repeating: 0, count: 2 * n)) {
      let x = $1, dY = x + n, residual = dY + n, weight = residual + n, mean = weight + 2 * width
      let dWeight = mean + 2 * rows, dX = dWeight + 2 * width
      $0.layerNormGradient(
        dX, dWeight, dWeight + width, full ? dX + n : nil, residual: full ? residual : nil, dY, x,
        mean: mean, rstd: mean + rows, weight: weight, bias: weight + width, rows: rows,
        width: width)
    }
  }

  @Test(arguments: BackendCase.kernels, sizes)
  func `gated GELU and its gradient`(_ backend: BackendCase, _ size: (Int, Int)) throws {
    let (rows, width) = size, n = rows * width
    var numbers = SeededNumbers(3)
    let inputs = numbers.floats(3 * n, times: 6)
    try compare(backend, inputs + [Float](repeating: 0, count: 4 * n)) {
      let x = $1, dA = x + 2 * n, a = dA + n
      $0.gatedGELU(a, x, rows: rows, width: width)
      $0.gatedGELUGradient(a + 2 * n, a + n, dA, x, rows: rows, width: width)
    }
  }

  @Test(arguments: BackendCase.kernels)
  func `GELU is right far from zero`(_ backend: BackendCase) throws {
    let gates: [Float] = [-40, -13, -9.5, -5, -1e-6, 0, 1e-6, 5, 9.5, 13, 40, 1e4, -1e4]
    let n = gates.count
    let ones = [Float](repeating: 1, count: n)
    try compare(backend, ones + gates + ones + [Float](repeating: 0, count: 4 * n)) {
      $0.gatedGELU($1 + 3 * n, $1, rows: 1, width: n)
      $0.gatedGELUGradient($1 + 5 * n, $1 + 4 * n, $1 + 2 * n, $1, rows: 1, width: n)
    }
  }

  @Test(
    arguments: BackendCase.kernels, [(1, 1, 1), (5, 2, 3), (16, 4, 8), (33, 2, 20), (128, 2, 64)])
  func `attention and its gradient`(_ backend: BackendCase, _ size: (Int, Int, Int)) throws {
    let (T, H, D) = size, C = H * D
    var numbers = SeededNumbers(4)
    let qkv = numbers.floats(T * 3 * C, times: 2), dMixed = numbers.floats(T * C)
    let room = [Float](repeating: 0, count: T * 4 * C + T * H)
    try compare(backend, qkv + dMixed + room, tolerance: 5e-6) {
      let dMixed = $1 + T * 3 * C, mixed = dMixed + T * C, dQKV = mixed + T * C
      let lse = dQKV + T * 3 * C
      let scratch = Floats.allocate(capacity: 2 * T * T + T)
      defer { scratch.deallocate() }
      $0.attention(mixed, lse, $1, scratch: scratch, tokens: T, heads: H, headSize: D)
      $0.attentionGradient(
        dQKV, dMixed, $1, mixed: mixed, lse: lse, scratch: scratch, tokens: T, heads: H,
        headSize: D)
    }
  }

  @Test(arguments: BackendCase.kernels, sizes)
  func `exponentials and row scales`(_ backend: BackendCase, _ size: (Int, Int)) throws {
    let (rows, columns) = size
    var numbers = SeededNumbers(5)
    let x = numbers.floats(rows * columns, times: 60).map { $0 - 30 }
    try compare(backend, x + [Float](repeating: 0, count: 2 * rows)) {
      let maximum = $1 + rows * columns
      $0.exponentiate($1, maximum, maximum + rows, rows: rows, columns: columns)
      $0.scaleRows($1, maximum, rows: rows, columns: columns)
    }
  }

  @Test(arguments: BackendCase.kernels, [1, 15, 16, 17, 1000])
  func `sums, products and AdamW`(_ backend: BackendCase, _ n: Int) throws {
    var numbers = SeededNumbers(6)
    let scalars = AdamWScalars(
      gradientScale: 0.25, decay: 0.999, beta1: 0.9, beta2: 0.98, stepSize: 1e-3,
      inverseRootCorrection2: 3, epsilon: 1e-12)
    let inputs = numbers.floats(4 * n) + numbers.floats(n).map(abs) + [0]
    try compare(backend, inputs) {
      let a = $1, b = a + n
      a[5 * n] = Float($0.dot(a, b, count: n))
      $0.add(a, b, count: n)
      $0.addScaled(b, a, b + n, scale: 0.3, count: n)
      $0.adamW(a, b, b + 3 * n, b + n, scalars, count: n)
    }
  }

  @Test(arguments: BackendCase.kernels)
  func `linear maps and their gradients`(_ backend: BackendCase) throws {
    let rows = 21, outputs = 19, inputs = 13
    var numbers = SeededNumbers(7)
    let sizes = rows * inputs + outputs * inputs + rows * outputs
    try compare(backend, numbers.floats(2 * sizes)) {
      let x = $1, weight = x + rows * inputs, y = weight + outputs * inputs, d = y + rows * outputs
      for accumulate in [false, true] {
        $0.linear(
          y, x, weight, rows: rows, outputs: outputs, inputs: inputs, accumulate: accumulate)
        $0.linearInputGradient(
          d, y, weight, rows: rows, outputs: outputs, inputs: inputs, accumulate: accumulate)
      }
      $0.linearWeightGradient(
        d + rows * inputs + 3 * inputs, y + 3, stride: outputs, x, rows: rows, outputs: 11,
        inputs: inputs)
    }
  }

  @Test(arguments: BackendCase.kernels)
  func `a logit that is not a number is not hidden`(_ backend: BackendCase) throws {
    guard let backend = try backend.make() else { return }
    for place in [0, 3, 16, 20] {
      var row = [Float](repeating: 1, count: 21), found: [Float] = [0, 0]
      row[place] = .nan
      row.withUnsafeMutableBufferPointer { row in
        found.withUnsafeMutableBufferPointer {
          let result = $0.baseAddress!
          backend.exponentiate(row.baseAddress!, result, result + 1, rows: 1, columns: 21)
        }
      }
      #expect(found[1].isNaN)
    }
  }
}
