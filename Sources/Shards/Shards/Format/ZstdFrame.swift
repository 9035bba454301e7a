import CZstd

/// A zstd frame with content size, as sections of the index hold it.
enum ZstdFrame {
  /// What is packed in `bytes`; nil where they are not exactly one such frame of at most `limit` plain bytes.
  static func unpacked(_ bytes: UnsafeRawBufferPointer, limit: Int) -> [UInt8]? {
    let size = ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
    guard size <= UInt64(limit),
      ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count
    else { return nil }
    var isWhole = false
    let plain = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      count = ZSTD_decompress(buffer.baseAddress, Int(size), bytes.baseAddress, bytes.count)
      isWhole = count == Int(size)
      if !isWhole { count = 0 }
    }
    return isWhole ? plain : nil
  }
}
