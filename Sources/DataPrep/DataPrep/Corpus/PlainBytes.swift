/// The decompressed bytes of one input file.
final class PlainBytes {
  private let raw: RawFile
  private let decoder: (any ByteDecoder)?

  /// Opens the file; `isStopped` ends a wait for a pipe early, as if its end had come.
  init(_ file: CorpusFile, isStopped: @escaping () -> Bool) throws(CorpusError) {
    raw = try RawFile(file.opened, named: file.path, isStopped: isStopped)
    let hasSkipped = try Self.passSkippableFrames(raw)
    let compression = Compression(firstBytes: raw.available)
    guard !hasSkipped || [.zstd, .lz4].contains(compression) || raw.available.isEmpty else {
      throw .damaged(
        path: file.path, format: "zstd or lz4", detail: "what follows a skippable frame is none")
    }
    decoder = try compression.decoder(for: file.path)
  }

  /// Bytes taken from the file itself so far.
  var storedCount: UInt64 { raw.count }

  /// The next bytes, at most `target.count`; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    guard let decoder else { return try raw.read(into: target) }
    return try decoder.read(from: raw, into: target)
  }

  /// Passes over frames without data, so that the first mark behind them tells zstd from lz4; false where there are none.
  private static func passSkippableFrames(_ raw: RawFile) throws(CorpusError) -> Bool {
    var hasSkipped = false
    while true {
      try raw.fill(atLeast: Compression.markBytes)
      guard Compression.isSkippable(raw.available) else { return hasSkipped }
      hasSkipped = true
      guard raw.available.count >= 8 else {
        throw .truncated(path: raw.path, format: "zstd or lz4")
      }
      var left = 8 + Int(raw.available.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      while left > 0 {
        if raw.available.isEmpty { try raw.fill() }
        let count = min(left, raw.available.count)
        guard count > 0 else { throw .truncated(path: raw.path, format: "zstd or lz4") }
        raw.take(count)
        left -= count
      }
    }
  }

  /// Passes over the next `count` bytes; the end of the file may come before.
  func skip(_ count: UInt64) throws(CorpusError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    var left = count
    while left > 0 {
      let size = Int(min(left, UInt64(piece.count)))
      let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: piece[..<size]))
      guard got > 0 else { return }
      left -= UInt64(got)
    }
  }
}
