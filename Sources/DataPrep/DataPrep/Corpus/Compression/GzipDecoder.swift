import CZlib

/// Decompresses gzip: members end to end, zero bytes behind the last one passed over.
final class GzipDecoder: ByteDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  private var state = State.betweenMembers(isFirst: true)

  private enum State {
    case betweenMembers(isFirst: Bool)
    case inMember
    case ended
  }

  init() {
    // The stream keeps a pointer to itself, so it must not move.
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib cannot start: status \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var isBetweenStreams: Bool {
    if case .betweenMembers = state { true } else { false }
  }

  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
  {
    while true {
      if raw.available.isEmpty { try raw.fill() }
      switch state {
      case .ended: return 0
      case .betweenMembers(let isFirst): try enterMember(raw, isFirst: isFirst)
      case .inMember:
        let count = try inflate(raw, into: target)
        if count > 0 { return count }
      }
    }
  }

  private func enterMember(_ raw: RawFile, isFirst: Bool) throws(CorpusError) {
    if !isFirst {
      while raw.available.first == 0 { raw.take(1) }
    }
    if raw.available.isEmpty {
      if raw.hasEnded { state = .ended }
      return
    }
    try raw.fill(atLeast: 2)
    guard raw.available.starts(with: [0x1F, 0x8B]) else {
      throw .damaged(path: raw.path, format: "gzip", detail: "what follows the last member is none")
    }
    inflateReset(stream)
    state = .inMember
  }

  private func inflate(_ raw: RawFile, into target: UnsafeMutableRawBufferPointer)
    throws(CorpusError) -> Int
  {
    let input = raw.available  // may be empty: plain bytes can still wait inside zlib
    let bytes = input.assumingMemoryBound(to: UInt8.self)
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(clamping: target.count)
    let asked = stream.pointee.avail_out
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    raw.take(input.count - Int(stream.pointee.avail_in))
    let count = Int(asked - stream.pointee.avail_out)
    switch status {
    case Z_OK: break
    case Z_BUF_ERROR:
      if input.isEmpty, count == 0 { throw .truncated(path: raw.path, format: "gzip") }
    case Z_STREAM_END: state = .betweenMembers(isFirst: false)
    default:
      let detail = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
      throw .damaged(path: raw.path, format: "gzip", detail: detail)
    }
    return count
  }
}
