/// A generator that always gives the same numbers for a seed (SplitMix64), so that a failing case can be run again.
public struct SeededNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(_ seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From 0 to `bound` − 1.
  public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Once in `count` draws.
  public mutating func isOneIn(_ count: Int) -> Bool { next() % UInt64(count) == 0 }

  /// From −1 to 1.
  public mutating func float() -> Float { Float(next(below: 1 << 24)) / Float(1 << 23) - 1 }

  /// From −`scale` to `scale`.
  public mutating func floats(_ count: Int, times scale: Float = 1) -> [Float] {
    (0..<count).map { _ in scale * float() }
  }
}
