import CLz4
import CZstd
import RingProtocol

/// Packs frames, one at a time: a context of the codec kept from frame to frame. One for each thread.
struct FrameEncoder: ~Copyable {
  private let level: Int
  /// Nil for lz4, whose frames need none.
  private let context: OpaquePointer?

  /// - Parameter level: of the codec.
  init(_ codec: Codec = .zstd, level: Int) {
    self.level = level
    guard codec == .zstd else {
      context = nil
      return
    }
    guard let context = ZSTD_createCCtx() else { fatalError("no memory for a zstd context") }
    self.context = context
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// One frame of the codec with content size and checksum.
  func encode(_ plain: UnsafeRawBufferPointer) -> [UInt8] {
    context.map { zstdFrame(plain, $0) } ?? lz4Frame(plain)
  }

  private func zstdFrame(_ plain: UnsafeRawBufferPointer, _ context: OpaquePointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(plain.count)) { buffer, count in
      count = ZSTD_compress2(
        context, buffer.baseAddress, buffer.count, plain.baseAddress, plain.count)
      if ZSTD_isError(count) != 0 {
        fatalError("zstd cannot pack: \(String(cString: ZSTD_getErrorName(count)))")
      }
    }
  }

  private func lz4Frame(_ plain: UnsafeRawBufferPointer) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max4MB
    preferences.frameInfo.contentSize = UInt64(plain.count)
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    preferences.compressionLevel = Int32(level)
    let bound = LZ4F_compressFrameBound(plain.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      count = LZ4F_compressFrame(
        buffer.baseAddress, buffer.count, plain.baseAddress, plain.count, &preferences)
      if LZ4F_isError(count) != 0 {
        fatalError("lz4 cannot pack: \(String(cString: LZ4F_getErrorName(count)))")
      }
    }
  }
}
