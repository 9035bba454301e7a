import CLz4
import CZstd
import RingProtocol

/// Unpacks frames of shards, one at a time: contexts of the codecs and a buffer, all kept from frame to frame.
///
/// One for each thread.
public struct FrameDecoder: ~Copyable {
  private let zstd: OpaquePointer
  private let lz4: OpaquePointer
  private var compressed: UnsafeMutableRawBufferPointer

  public init() {
    var lz4: OpaquePointer?
    guard let zstd = ZSTD_createDCtx(),
      LZ4F_isError(LZ4F_createDecompressionContext(&lz4, UInt32(LZ4F_VERSION))) == 0, let lz4
    else { fatalError("no memory for the contexts of the codecs") }
    (self.zstd, self.lz4) = (zstd, lz4)
    compressed = .allocate(byteCount: 1 << 16, alignment: 64)
  }

  deinit {
    ZSTD_freeDCtx(zstd)
    LZ4F_freeDecompressionContext(lz4)
    compressed.deallocate()
  }

  /// Unpacks frame `frame` of `shard` into `plain`, which has exactly its size.
  ///
  /// The hash of the compressed bytes is checked before the codec parses them; then the announced size, the frame's own
  /// checksum of what came out, and that it is what the seek table says. On failure `plain` holds anything.
  public mutating func decode(
    frame: Int, of shard: ShardReader, into plain: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    precondition(plain.count == shard.header.plainBytes(ofFrame: frame), "\(plain.count) bytes")
    try unpack(try read(frame, of: shard), frame: frame, of: shard, into: plain)
  }

  /// As `decode`, of bytes that were read before.
  mutating func unpack(
    _ bytes: UnsafeRawBufferPointer, frame: Int, of shard: ShardReader,
    into plain: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let fault: String?
    if Checksum.xxh3(bytes) != shard.records[frame].hash {
      fault = "the compressed bytes do not have the XXH3 of the index"
    } else {
      let checksum = shard.table.entries[frame + 1].checksum
      switch shard.header.codec {
      case .zstd: fault = zstdFault(bytes, checksum, plain)
      case .lz4: fault = lz4Fault(bytes, checksum, plain)
      }
    }
    if let fault {
      throw .damagedFrame(
        path: shard.path, frame: frame, offset: shard.offsets[frame], found: fault)
    }
  }

  private func zstdFault(
    _ bytes: UnsafeRawBufferPointer, _ checksum: UInt32, _ plain: UnsafeMutableRawBufferPointer
  ) -> String? {
    guard bytes.count >= 9,
      ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count,
      ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count) == UInt64(plain.count),
      bytes[4] & Self.zstdChecksumFlag != 0
    else { return "not one zstd frame of \(plain.count) plain bytes with a checksum" }
    let stored: UInt32 = bytes.number(at: bytes.count - 4)
    // What zstd writes behind a frame and what the seekable format lists is the same number.
    guard stored == checksum else {
      return "the frame's checksum is \(stored), and the seek table's \(checksum)"
    }
    let count = ZSTD_decompressDCtx(
      zstd, plain.baseAddress, plain.count, bytes.baseAddress, bytes.count)
    guard ZSTD_isError(count) == 0, count == plain.count else {
      let reason =
        ZSTD_isError(count) == 0 ? "\(count) bytes" : String(cString: ZSTD_getErrorName(count))
      return "zstd cannot unpack it: \(reason)"
    }
    return nil
  }

  /// What an lz4 frame unpacks to; nil where it is not one of so many plain bytes.
  func lz4Plain(_ bytes: UnsafeRawBufferPointer, size: Int) -> [UInt8]? {
    var isWhole = false
    let plain = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<size])
      isWhole = lz4Fault(bytes, target) == nil
      count = isWhole ? size : 0
    }
    return isWhole ? plain : nil
  }

  private func lz4Fault(
    _ bytes: UnsafeRawBufferPointer, _ checksum: UInt32, _ plain: UnsafeMutableRawBufferPointer
  ) -> String? {
    if let fault = lz4Fault(bytes, plain) { return fault }
    let found = UInt32(truncatingIfNeeded: Checksum.xxh64(UnsafeRawBufferPointer(plain)))
    return found == checksum
      ? nil : "what comes out has the checksum \(found), and the seek table's is \(checksum)"
  }

  private func lz4Fault(
    _ bytes: UnsafeRawBufferPointer, _ plain: UnsafeMutableRawBufferPointer
  ) -> String? {
    LZ4F_resetDecompressionContext(lz4)
    var info = LZ4F_frameInfo_t()
    var taken = bytes.count
    let hint = LZ4F_getFrameInfo(lz4, &info, bytes.baseAddress, &taken)
    guard LZ4F_isError(hint) == 0, info.frameType == LZ4F_frame,
      info.contentSize == UInt64(plain.count),
      info.contentChecksumFlag == LZ4F_contentChecksumEnabled
    else { return "not one lz4 frame of \(plain.count) plain bytes with a checksum" }
    var rest = bytes.count - taken
    var given = plain.count
    let state = LZ4F_decompress(
      lz4, plain.baseAddress, &given, bytes.baseAddress! + taken, &rest, nil)
    guard state == 0, given == plain.count, taken + rest == bytes.count else {
      let reason = LZ4F_isError(state) == 0 ? "" : ": " + String(cString: LZ4F_getErrorName(state))
      return "lz4 cannot unpack it to its announced size\(reason)"
    }
    return nil
  }

  /// Of zstd's frame header descriptor, the byte behind the magic number: a checksum follows the content.
  private static let zstdChecksumFlag: UInt8 = 1 << 2

  private mutating func read(
    _ frame: Int, of shard: ShardReader
  ) throws(ShardError) -> UnsafeRawBufferPointer {
    let count = shard.compressedBytes(ofFrame: frame)
    if compressed.count < count {
      compressed.deallocate()
      compressed = .allocate(byteCount: count + count / 8, alignment: 64)
    }
    let part = UnsafeMutableRawBufferPointer(rebasing: compressed[..<count])
    do throws(FileError) {
      try shard.file.read(at: shard.offsets[frame], into: part)
    } catch { throw .file(error) }
    return UnsafeRawBufferPointer(part)
  }
}
