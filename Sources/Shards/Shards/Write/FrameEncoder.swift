import CZstd

/// Packs frames, one at a time: a zstd context kept from frame to frame. One for each thread.
struct FrameEncoder: ~Copyable {
  private let context: OpaquePointer

  /// - Parameter level: of zstd, 1 to 22 (negative ones are faster and larger).
  init(level: Int) {
    guard let context = ZSTD_createCCtx() else { fatalError("no memory for a zstd context") }
    self.context = context
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// One zstd frame with content size and checksum.
  func encode(_ plain: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(plain.count)) { buffer, count in
      count = ZSTD_compress2(
        context, buffer.baseAddress, buffer.count, plain.baseAddress, plain.count)
      if ZSTD_isError(count) != 0 {
        fatalError("zstd cannot pack: \(String(cString: ZSTD_getErrorName(count)))")
      }
    }
  }
}
