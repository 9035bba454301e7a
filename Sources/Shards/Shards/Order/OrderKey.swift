import RingProtocol

/// Keys of permutations, derived from what the order is for.
public enum OrderKey {
  /// The key for `purpose`, `seed` and `epoch`: the first 16 bytes of the SHA-256 of the line
  /// `cram-order VERSION PURPOSE SEED EPOCH\n`, as two big-endian numbers.
  ///
  /// `purpose` holds no line break; it may hold a fingerprint and numbers, so that no two orders share a key.
  public static func derive(
    purpose: String, seed: UInt64, epoch: UInt64 = 0
  ) -> (UInt64, UInt64) {
    precondition(!purpose.utf8.contains(10), "a purpose is one line")
    let digest = SHA256.hex(
      of: "cram-order \(KeyedPermutation.version) \(purpose) \(seed) \(epoch)\n")
    let digits = Array(digest.utf8)
    return (number(digits[0..<16]), number(digits[16..<32]))
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
    digits.reduce(0) { $0 << 4 | UInt64($1 < 58 ? $1 - 48 : $1 - 87) }
  }
}
