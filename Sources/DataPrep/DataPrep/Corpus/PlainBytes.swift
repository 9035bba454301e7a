/// The decompressed bytes of one input file.
final class PlainBytes {
  private let raw: RawFile
  private let decoder: Decoder

  private enum Decoder {
    case none
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)
  }

  /// Opens the file; `isStopped` ends a wait for a pipe early, as if its end had come.
  init(_ file: CorpusFile, isStopped: @escaping () -> Bool) throws(CorpusError) {
    raw = try RawFile(file.opened, named: file.path, isStopped: isStopped)
    try raw.fill(atLeast: Compression.markBytes)
    switch Compression(firstBytes: raw.available) {
    case .plain: decoder = .none
    case .gzip: decoder = .gzip(GzipDecoder())
    case .zstd: decoder = .zstd(ZstdDecoder())
    case .unsupported(let format): throw .unsupported(path: file.path, format: format)
    }
  }

  /// Bytes taken from the file itself so far.
  var storedCount: UInt64 { raw.count }

  /// The next bytes, at most `target.count`; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    switch decoder {
    case .none: try raw.read(into: target)
    case .gzip(let decoder): try decoder.read(from: raw, into: target)
    case .zstd(let decoder): try decoder.read(from: raw, into: target)
    }
  }
}
