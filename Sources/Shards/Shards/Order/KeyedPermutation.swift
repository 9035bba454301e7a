/// A permutation of `0 ..< count` decided by a 128-bit key, computed place by place.
///
/// An alternating Feistel network over the smallest power of two that holds `count`, with cycle walking back into the
/// range. Integers only and no generator of anybody's library, so that the same key gives the same order on every
/// machine and in every release; `version` names the rule, and `PROTOCOL.md` has test vectors.
///
/// - Complexity: O(1) memory; a look-up is 8 rounds, on average at most twice that.
public struct KeyedPermutation: Sendable {
  /// Changes whenever any key would give another order.
  public static let version: UInt32 = 1

  /// How many places are permuted.
  public let count: UInt64
  private let leftBits: UInt64
  private let rightBits: UInt64
  private let roundKeys: [UInt64]

  /// The permutation of `0 ..< count` that `key` decides. `count` may be 0: then there is nothing to look up.
  public init(count: UInt64, key: (UInt64, UInt64)) {
    self.count = count
    let bits = count < 2 ? 0 : UInt64(64 - (count - 1).leadingZeroBitCount)
    leftBits = bits / 2
    rightBits = bits - bits / 2
    roundKeys = (1...8).map { Self.mix(Self.mix(key.0 &+ $0 &* Self.goldenRatio) ^ key.1) }
  }

  /// The element at `place`, which must be below `count`.
  public subscript(place: UInt64) -> UInt64 {
    precondition(place < count, "place \(place) of \(count)")
    var value = encrypted(place)
    while value >= count { value = encrypted(value) }
    return value
  }

  /// The place at which `element` stands: the inverse of the subscript.
  public func place(of element: UInt64) -> UInt64 {
    precondition(element < count, "element \(element) of \(count)")
    var value = decrypted(element)
    while value >= count { value = decrypted(value) }
    return value
  }

  private static let goldenRatio: UInt64 = 0x9E37_79B9_7F4A_7C15

  private func encrypted(_ value: UInt64) -> UInt64 {
    var left = value >> rightBits
    var right = value & lowMask(rightBits)
    var round = 0
    while round < 8 {
      left ^= topBits(Self.mix(right &+ roundKeys[round]), leftBits)
      right ^= topBits(Self.mix(left &+ roundKeys[round + 1]), rightBits)
      round += 2
    }
    return left << rightBits | right
  }

  private func decrypted(_ value: UInt64) -> UInt64 {
    var left = value >> rightBits
    var right = value & lowMask(rightBits)
    var round = 8
    while round > 0 {
      right ^= topBits(Self.mix(left &+ roundKeys[round - 1]), rightBits)
      left ^= topBits(Self.mix(right &+ roundKeys[round - 2]), leftBits)
      round -= 2
    }
    return left << rightBits | right
  }

  /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit flips each output bit half of the time.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private func topBits(_ value: UInt64, _ bits: UInt64) -> UInt64 { value >> (64 - bits) }

  private func lowMask(_ bits: UInt64) -> UInt64 { ~(~0 << bits) }
}
