import CZstd

/// Decompresses zstd: frames end to end, skippable ones passed over, windows up to 2^31 bytes.
final class ZstdDecoder: ByteDecoder {
  private let context = ZSTD_createDCtx()!
  private var isInFrame = false

  private static let windowLog: Int32 = 31

  init() {
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLog)
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  var isBetweenStreams: Bool { !isInFrame }

  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
  {
    while true {
      if raw.available.isEmpty { try raw.fill() }
      let stored = raw.available
      guard !stored.isEmpty || isInFrame else { return 0 }
      var input = ZSTD_inBuffer(src: stored.baseAddress, size: stored.count, pos: 0)
      var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
      let status = ZSTD_decompressStream(context, &output, &input)
      raw.take(input.pos)
      guard ZSTD_isError(status) == 0 else {
        throw .damaged(
          path: raw.path, format: "zstd",
          detail: String(cString: ZSTD_getErrorName(status)).lowercased())
      }
      isInFrame = status != 0
      if output.pos > 0 { return output.pos }
      guard !stored.isEmpty else { throw .truncated(path: raw.path, format: "zstd") }
    }
  }
}
