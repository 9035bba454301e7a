import CZstd

/// Makes zstd frames, each of which can be read alone. One for each thread.
final class FrameCompressor {
  private let context = ZSTD_createCCtx()!
  /// Used again for every frame, so that its pages are fetched from the system once.
  private var room: [UInt8] = []

  /// The level of documents: fast, since every stage writes them anew.
  static let documentLevel: Int32 = 1

  init(level: Int32 = FrameCompressor.documentLevel) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// One frame with its size and a checksum, also for no bytes at all.
  func frame(of bytes: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    if room.count < bound { room = [UInt8](repeating: 0, count: bound) }
    let count = room.withUnsafeMutableBytes { output in
      bytes.withUnsafeBytes {
        ZSTD_compress2(context, output.baseAddress, output.count, $0.baseAddress, $0.count)
      }
    }
    precondition(
      ZSTD_isError(count) == 0, "zstd cannot compress: \(String(cString: ZSTD_getErrorName(count)))"
    )
    return Array(room[..<count])
  }
}
