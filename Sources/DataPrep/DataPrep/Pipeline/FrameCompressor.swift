import CZstd

/// Makes zstd frames, each of which can be read alone. One for each thread.
final class FrameCompressor {
  private let context = ZSTD_createCCtx()!
  /// Used again for every frame, so that its pages are fetched from the system once; those that no frame reaches never are.
  private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// The level of documents: fast, since every stage writes them anew.
  static let documentLevel: Int32 = 1

  init(level: Int32 = FrameCompressor.documentLevel) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
    room.deallocate()
  }

  /// One frame with its size and a checksum, also for no bytes at all.
  func frame(of bytes: [UInt8]) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    if room.count < bound {
      room.deallocate()
      room = .allocate(byteCount: bound, alignment: 64)
    }
    let count = bytes.withUnsafeBytes {
      ZSTD_compress2(context, room.baseAddress, room.count, $0.baseAddress, $0.count)
    }
    precondition(
      ZSTD_isError(count) == 0, "zstd cannot compress: \(String(cString: ZSTD_getErrorName(count)))"
    )
    return Array(room[..<count])
  }
}
