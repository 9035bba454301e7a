import CPlatform
import CRing

/// Hashes that files and rings carry. All run at memory speed.
public enum Checksum {
  /// XXH64 with seed 0: the checksum of zstd frames and of the seekable format.
  public static func xxh64(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    cplatform_xxh64(bytes.baseAddress, bytes.count)
  }

  /// XXH3, 64 bits, without a seed.
  public static func xxh3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    ring_xxh3(bytes.baseAddress, bytes.count)
  }

  /// XXH3, 128 bits, without a seed: wide enough to stand for a text.
  public static func xxh3_128(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
    let hash = cplatform_xxh3_128(bytes.baseAddress, bytes.count)
    return UInt128(hash.high) << 64 | UInt128(hash.low)
  }

  /// CRC-32C (Castagnoli); `seed` is the sum of what came before.
  public static func crc32c(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    cplatform_crc32c(seed, bytes.baseAddress, bytes.count)
  }
}
