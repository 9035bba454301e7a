import CZstd
import RingProtocol

/// Unpacks frames of shards, one at a time: a zstd context and a buffer, both kept from frame to frame.
///
/// One for each thread.
public struct FrameDecoder: ~Copyable {
  private let context: OpaquePointer
  private var compressed: UnsafeMutableRawBufferPointer

  public init() {
    guard let context = ZSTD_createDCtx() else { fatalError("no memory for a zstd context") }
    self.context = context
    compressed = .allocate(byteCount: 1 << 16, alignment: 64)
  }

  deinit {
    ZSTD_freeDCtx(context)
    compressed.deallocate()
  }

  /// Unpacks frame `frame` of `shard` into `plain`, which has exactly its size.
  ///
  /// The hash of the compressed bytes is checked before zstd parses them; then the announced size, zstd's own checksum
  /// of what came out, and that it is the one of the seek table. On failure `plain` holds anything.
  public mutating func decode(
    frame: Int, of shard: ShardReader, into plain: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    precondition(plain.count == shard.header.plainBytes(ofFrame: frame), "\(plain.count) bytes")
    let bytes = try read(frame, of: shard)
    func fault(_ found: String, at byte: Int = 0) -> ShardError {
      .damagedFrame(
        path: shard.path, frame: frame, offset: shard.offsets[frame] + UInt64(byte), found: found)
    }
    guard Checksum.xxh3(bytes) == shard.records[frame].hash else {
      throw fault("the compressed bytes do not have the XXH3 of the index")
    }
    guard bytes.count >= 9,
      ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count,
      ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count) == UInt64(plain.count),
      bytes[4] & Self.checksumFlag != 0
    else {
      throw fault("not one zstd frame of \(plain.count) plain bytes with a checksum")
    }
    let stored: UInt32 = bytes.number(at: bytes.count - 4)
    guard stored == shard.table.entries[frame + 1].checksum else {
      throw fault(
        "the frame's checksum is \(stored), and the seek table's another", at: bytes.count - 4)
    }
    let count = ZSTD_decompressDCtx(
      context, plain.baseAddress, plain.count, bytes.baseAddress, bytes.count)
    guard ZSTD_isError(count) == 0, count == plain.count else {
      let reason =
        ZSTD_isError(count) == 0 ? "\(count) bytes" : String(cString: ZSTD_getErrorName(count))
      throw fault("zstd cannot unpack it: \(reason)")
    }
  }

  /// Of the frame header descriptor, the byte behind the magic number: bit 2 says that a checksum follows the content.
  private static let checksumFlag: UInt8 = 1 << 2

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
