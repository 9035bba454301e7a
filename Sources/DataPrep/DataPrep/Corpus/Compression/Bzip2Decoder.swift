import CBzip2

/// Decompresses bzip2: streams end to end.
final class Bzip2Decoder: ByteDecoder {
  private let stream: UnsafeMutablePointer<bz_stream>
  private var isInStream = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
  }

  deinit {
    if isInStream { BZ2_bzDecompressEnd(stream) }
    stream.deallocate()
  }

  var isBetweenStreams: Bool { !isInStream }

  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
  {
    while true {
      if raw.available.isEmpty { try raw.fill() }
      if !isInStream {
        guard !raw.available.isEmpty else { return 0 }
        begin()
      }
      let count = try decompress(raw, into: target)
      if count > 0 { return count }
    }
  }

  private func begin() {
    stream.pointee = bz_stream()
    let status = BZ2_bzDecompressInit(stream, 0, 0)
    precondition(status == BZ_OK, "bzip2 cannot start: status \(status)")
    isInStream = true
  }

  private func decompress(_ raw: RawFile, into target: UnsafeMutableRawBufferPointer)
    throws(CorpusError) -> Int
  {
    let input = raw.available  // may be empty: plain bytes can still wait inside the library
    let bytes = input.assumingMemoryBound(to: CChar.self)
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = target.assumingMemoryBound(to: CChar.self).baseAddress
    stream.pointee.avail_out = UInt32(clamping: target.count)
    let asked = stream.pointee.avail_out
    let status = BZ2_bzDecompress(stream)
    raw.take(input.count - Int(stream.pointee.avail_in))
    let count = Int(asked - stream.pointee.avail_out)
    switch status {
    case BZ_OK:
      if input.isEmpty, count == 0 { throw .truncated(path: raw.path, format: "bzip2") }
    case BZ_STREAM_END:
      BZ2_bzDecompressEnd(stream)
      isInStream = false
    case BZ_DATA_ERROR_MAGIC:
      throw .damaged(
        path: raw.path, format: "bzip2", detail: "what follows the last stream is none")
    default:
      throw .damaged(path: raw.path, format: "bzip2", detail: "a block or its checksum is wrong")
    }
    return count
  }
}
