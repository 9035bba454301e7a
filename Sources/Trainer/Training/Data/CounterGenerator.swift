/// Random numbers as a function of where they are used: there is no state to save, to lose or to share.
///
/// Philox4x32-10 (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, 2011), which every device computes alike in 32-bit integers. The key
/// is the seed; the counter is `[index low, index high, block, purpose]`; the four words of a block are used in order.
public struct CounterGenerator: Sendable {
  /// What numbers are for: the same seed and index give unrelated numbers for different purposes.
  public enum Purpose: UInt32, Sendable {
    /// First weights of a model; the index is a pair of numbers' place in the block of parameters.
    case initialWeights = 0
    /// Masks of training; the index is the position in the stream.
    case trainingMasks = 1
    /// Masks of measuring; the index is the sequence's place in the held-out set.
    case evaluationMasks = 2
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// The numbers for `index` under `seed`.
  public init(seed: UInt64, purpose: Purpose, index: UInt64) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
    counter = SIMD4(
      UInt32(truncatingIfNeeded: index), UInt32(index >> 32), 0, purpose.rawValue)
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      words = Self.block(counter: counter, key: key)
      counter[2] &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// A number from 0 to `bound` − 1: the high half of a 32-bit number times `bound`, so each is as likely as another but for one part in 2³² / `bound`.
  public mutating func next(below bound: UInt32) -> UInt32 {
    UInt32((UInt64(next()) * UInt64(bound)) >> 32)
  }

  /// Ten rounds of Philox4x32 on `counter` under `key`.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (state, key) = (counter, key)
    for _ in 0..<10 {
      let first = state[0].multipliedFullWidth(by: 0xD251_1F53)
      let second = state[2].multipliedFullWidth(by: 0xCD9E_8D57)
      state = SIMD4(
        second.high ^ state[1] ^ key[0], second.low, first.high ^ state[3] ^ key[1], first.low)
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return state
  }
}
