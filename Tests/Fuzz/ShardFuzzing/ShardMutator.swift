import CZstd
import RingProtocol
import Shards
import TestSupport

/// Damages the bytes of a shard, at random but always in the same way for a seed.
///
/// Random bytes alone never get behind the checksums. So it also rewrites what lies packed in the index, and it can make
/// all checksums right again, so that what reads the content meets every kind of nonsense.
public struct ShardMutator {
  private var numbers: SeededNumbers
  private let good: [UInt8]
  private let layout: ShardLayout

  public init(_ good: [UInt8], seed: UInt64) {
    (self.good, numbers) = (good, SeededNumbers(seed))
    layout = ShardLayout(good)
  }

  /// A variant of the shard, and whether its checksums were made right again.
  public mutating func next() -> (bytes: [UInt8], isMended: Bool) {
    var bytes = good
    let mends = draw(4) != 0
    if mends, draw(3) == 0 { rewriteSection(&bytes) }
    for _ in 0...draw(3) { damage(&bytes, keepsSize: mends) }
    if mends { layout.mend(&bytes) }
    return (bytes, mends)
  }

  private mutating func damage(_ bytes: inout [UInt8], keepsSize: Bool) {
    switch draw(keepsSize ? 4 : 8) {
    case 0:
      let at = place(in: bytes)
      bytes[at] ^= 1 << UInt8(draw(8))
    case 1: bytes[place(in: bytes)] = UInt8(draw(256))
    case 2: store(interesting(), width: 4, in: &bytes)
    case 3: store(interesting(), width: 8, in: &bytes)
    case 4: bytes.removeLast(draw(bytes.count))
    case 5:
      let at = place(in: bytes)
      bytes.removeSubrange(at..<min(bytes.count, at + 1 + draw(64)))
    case 6: bytes.insert(contentsOf: piece(of: bytes), at: place(in: bytes))
    default: bytes += piece(of: bytes)
    }
    if bytes.isEmpty { bytes = [0] }
  }

  /// Most places are in the parts that are read as numbers: the header's fields, the index, the seek table.
  private mutating func place(in bytes: [UInt8]) -> Int {
    switch draw(4) {
    case 0: draw(min(300, bytes.count))
    case 1: draw(bytes.count)
    default:
      layout.index < bytes.count
        ? layout.index + draw(bytes.count - layout.index) : draw(bytes.count)
    }
  }

  private mutating func piece(of bytes: [UInt8]) -> [UInt8] {
    let from = draw(bytes.count)
    return Array(bytes[from..<min(bytes.count, from + 1 + draw(256))])
  }

  private mutating func interesting() -> UInt64 {
    let values: [UInt64] = [
      0, 1, 2, 3, 127, 128, 255, 256, 4095, 4096, 1 << 16, 1 << 24, 1 << 31, 1 << 32, 1 << 48,
      1 << 62, 1 << 63, .max, UInt64(good.count), UInt64(layout.index),
    ]
    return values[draw(values.count)] &+ UInt64(draw(3)) &- 1
  }

  private mutating func store(_ value: UInt64, width: Int, in bytes: inout [UInt8]) {
    let at = place(in: bytes) & ~3
    for byte in 0..<width where at + byte < bytes.count {
      bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
    }
  }

  /// Unpacks a packed part of the index, damages what comes out, and packs it again where it fits.
  private mutating func rewriteSection(_ bytes: inout [UInt8]) {
    guard !layout.packed.isEmpty else { return }
    let range = layout.packed[draw(layout.packed.count)]
    var plain = ZstdBytes.unpacked(bytes[range])
    guard !plain.isEmpty else { return }
    for _ in 0...draw(3) {
      plain[draw(plain.count)] = draw(2) == 0 ? UInt8(draw(256)) : [0, 1, 127, 128, 255][draw(5)]
    }
    let packed = ZstdBytes.packed(plain, exactly: range.count)
    if let packed { bytes.replaceSubrange(range, with: packed) }
  }

  private mutating func draw(_ count: Int) -> Int { numbers.next(below: max(1, count)) }
}

/// Frames of zstd with content size.
private enum ZstdBytes {
  static func unpacked(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.withUnsafeBytes { raw in
      let size = ZSTD_getFrameContentSize(raw.baseAddress, raw.count)
      guard size < 1 << 24 else { return [] }
      return [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
        count = ZSTD_decompress(buffer.baseAddress, Int(size), raw.baseAddress, raw.count)
        if ZSTD_isError(count) != 0 { count = 0 }
      }
    }
  }

  /// A frame of exactly so many bytes; nil where none can be made.
  static func packed(_ plain: [UInt8], exactly size: Int) -> [UInt8]? {
    for level in [9, 3, 1, -5] as [Int32] {
      let bound = ZSTD_compressBound(plain.count)
      let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
        count = ZSTD_compress(buffer.baseAddress, bound, plain, plain.count, level)
      }
      if frame.count == size { return frame }
    }
    return nil
  }
}
