/// Normally distributed numbers, each a function of a seed and its place alone.
///
/// Box and Muller's transform of a counter-based generator. Logarithm, sine and cosine are made of additions, multiplications,
/// divisions and roots, which every machine rounds alike: libraries differ in the last bit.
struct NormalNumbers {
  let seed: UInt64

  /// Fills `numbers` with those from place `first` on, times `deviation`.
  func fill(_ numbers: UnsafeMutableBufferPointer<Float>, from first: UInt64, deviation: Double) {
    var index = 0
    if first % 2 == 1, !numbers.isEmpty {
      numbers[0] = Float(deviation * pair(first / 2).1)
      index = 1
    }
    while index < numbers.count {
      let (even, odd) = pair((first + UInt64(index)) / 2)
      numbers[index] = Float(deviation * even)
      if index + 1 < numbers.count { numbers[index + 1] = Float(deviation * odd) }
      index += 2
    }
  }

  /// The two numbers at places 2 · index and 2 · index + 1.
  func pair(_ index: UInt64) -> (Double, Double) {
    var random = CounterGenerator(seed: seed, purpose: .initialWeights, index: index)
    // In (0, 1], so that the logarithm is finite; and in [0, 1).
    let u = Double(random.next53() + 1) * 0x1p-53
    let turn = Double(random.next53()) * 0x1p-53
    let radius = (-2 * Self.logarithm(u)).squareRoot()
    let (cosine, sine) = Self.circle(turn)
    return (radius * cosine, radius * sine)
  }

  /// log x by the series of the inverse hyperbolic tangent on [√½, √2); 1e-15 relative.
  static func logarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent), m = x.significand
    if m > 1.4142135623730951 {
      m *= 0.5
      exponent += 1
    }
    let s = (m - 1) / (m + 1), s2 = s * s
    var sum = 1.0 / 23
    for odd in stride(from: 21, through: 1, by: -2) { sum = sum * s2 + 1 / Double(odd) }
    return exponent * 0.6931471805599453 + 2 * s * sum
  }

  /// Cosine and sine of a whole turn's share in [0, 1), by their series within an eighth of a turn.
  static func circle(_ turn: Double) -> (cosine: Double, sine: Double) {
    let quarter = (turn * 4).rounded(), x = (turn - quarter / 4) * 6.283185307179586, x2 = x * x
    var cosine = 1.0, sine = 1.0
    for n in stride(from: 16, through: 2, by: -2) {
      cosine = 1 - cosine * x2 / Double(n * (n - 1))
      sine = 1 - sine * x2 / Double(n * (n + 1))
    }
    sine *= x
    switch Int(quarter) % 4 {
    case 0: return (cosine, sine)
    case 1: return (-sine, cosine)
    case 2: return (-cosine, -sine)
    default: return (sine, -cosine)
    }
  }
}

extension CounterGenerator {
  /// The next 53 random bits: the first word is the high one.
  fileprivate mutating func next53() -> UInt64 {
    let high = UInt64(next())
    return (high << 32 | UInt64(next())) >> 11
  }
}
