import CLz4

/// Decompresses lz4: frames end to end, skippable ones passed over.
final class Lz4Decoder: ByteDecoder {
  private let context: OpaquePointer
  private var isInFrame = false

  init() {
    var context: OpaquePointer?
    let status = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    precondition(LZ4F_isError(status) == 0, "lz4 cannot start: status \(status)")
    self.context = context!
  }

  deinit {
    LZ4F_freeDecompressionContext(context)
  }

  var isBetweenStreams: Bool { !isInFrame }

  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
  {
    while true {
      if raw.available.isEmpty { try raw.fill() }
      let stored = raw.available
      guard !stored.isEmpty || isInFrame else { return 0 }
      var (taken, given) = (stored.count, target.count)
      let status = LZ4F_decompress(
        context, target.baseAddress, &given, stored.baseAddress, &taken, nil)
      guard LZ4F_isError(status) == 0 else {
        throw .damaged(path: raw.path, format: "lz4", detail: Self.describe(status))
      }
      raw.take(taken)
      isInFrame = status != 0
      if given > 0 { return given }
      guard !stored.isEmpty else { throw .truncated(path: raw.path, format: "lz4") }
    }
  }

  private static func describe(_ status: Int) -> String {
    let name = String(cString: LZ4F_getErrorName(status))
    return name.hasPrefix("ERROR_") ? String(name.dropFirst(6)) : name
  }
}
