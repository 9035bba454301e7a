import CLzma

/// Decompresses xz: streams end to end, with padding between them, dictionaries up to 1.5 GiB.
final class XzDecoder: ByteDecoder {
  private let stream: UnsafeMutablePointer<lzma_stream>
  private var hasEnded = false

  /// What a decoder may take: enough for every level of the tool (65 MiB) and for its largest dictionary.
  private static let memoryLimit: UInt64 = 1 << 31

  /// LZMA_CONCATENATED, a macro that Swift does not see.
  private static let severalStreams: UInt32 = 0x08

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
    let status = lzma_stream_decoder(stream, Self.memoryLimit, Self.severalStreams)
    precondition(status == LZMA_OK, "liblzma cannot start: status \(status.rawValue)")
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
  {
    while !hasEnded {
      if raw.available.isEmpty { try raw.fill() }
      let stored = raw.available
      let bytes = stored.assumingMemoryBound(to: UInt8.self)
      stream.pointee.next_in = bytes.baseAddress
      stream.pointee.avail_in = stored.count
      stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self).baseAddress
      stream.pointee.avail_out = target.count
      // Only at the end can it know that no further stream follows.
      let status = lzma_code(stream, stored.isEmpty ? LZMA_FINISH : LZMA_RUN)
      raw.take(stored.count - stream.pointee.avail_in)
      let count = target.count - stream.pointee.avail_out
      try check(status, raw, isStuck: stored.isEmpty && count == 0)
      if count > 0 { return count }
    }
    return 0
  }

  private func check(_ status: lzma_ret, _ raw: RawFile, isStuck: Bool) throws(CorpusError) {
    let detail: String
    switch status {
    case LZMA_STREAM_END:
      hasEnded = true
      return
    case LZMA_OK, LZMA_BUF_ERROR:
      guard isStuck else { return }
      throw .truncated(path: raw.path, format: "xz")
    case LZMA_FORMAT_ERROR: detail = "what follows the last stream is none"
    case LZMA_OPTIONS_ERROR: detail = "it asks for a filter that does not exist"
    case LZMA_MEMLIMIT_ERROR: detail = "it asks for a dictionary above 1.5 GiB"
    case LZMA_MEM_ERROR: detail = "there is no memory for its dictionary"
    default: detail = "a block or its checksum is wrong"
    }
    throw .damaged(path: raw.path, format: "xz", detail: detail)
  }
}
