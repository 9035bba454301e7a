/// The plain bytes of one input file: decompressed, and the rows of Parquet as lines of JSON.
final class PlainBytes {
  private let path: String
  private let raw: RawFile
  private let compression: Compression
  private var decoder: (any ByteDecoder)?
  private var rows: ParquetRows?
  /// The first plain bytes where they had to be looked at, and not given out yet.
  private var head: [UInt8] = []
  /// Bytes that came out of decompression so far.
  private var produced: UInt64 = 0
  private var entries: [StreamEntry] = []

  /// Opens the file; `isStopped` ends a wait for a pipe early, as if its end had come.
  init(_ file: CorpusFile, inputs: CorpusInputs, isStopped: @escaping () -> Bool)
    throws(CorpusError)
  {
    path = file.path
    raw = try RawFile(file.opened, named: file.path, isStopped: isStopped)
    let hasSkipped = try Self.passSkippableFrames(raw)
    compression = Compression(firstBytes: raw.available)
    guard !hasSkipped || [.zstd, .lz4].contains(compression) || raw.available.isEmpty else {
      throw .damaged(
        path: file.path, format: "zstd or lz4", detail: "what follows a skippable frame is none")
    }
    decoder = try compression.decoder(for: file.path)
    if !file.isText { try lookForRows(file, inputs) }
  }

  /// Bytes taken from the file itself so far.
  var storedCount: UInt64 {
    guard let rows, decoder == nil, raw.isRegular else { return raw.count }
    return rows.storedCount
  }

  /// The next bytes, at most `target.count`; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    if let rows { return try rows.read(into: target) }
    guard head.isEmpty else {
      let count = min(head.count, target.count)
      target.copyBytes(from: head[..<count])
      head.removeFirst(count)
      return count
    }
    return try readStored(into: target)
  }

  private func readStored(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    guard let decoder else { return try raw.read(into: target) }
    if decoder.isBetweenStreams {
      entries.append(StreamEntry(stored: raw.offset, plain: produced))
    }
    let count = try decoder.read(from: raw, into: target)
    produced += UInt64(count)
    return count
  }

  // MARK: Parquet

  private func lookForRows(_ file: CorpusFile, _ inputs: CorpusInputs) throws(CorpusError) {
    try readHead()
    guard head == ParquetFile.mark else {
      guard head.isEmpty || DocumentExtension.of(file.path) != .parquet else {
        throw .damaged(path: path, format: "Parquet", detail: "it does not begin with PAR1")
      }
      return
    }
    // Parquet is read from its end, so what comes as a stream is put into a file first.
    let place = decoder == nil && raw.isRegular ? try raw.duplicate() : try spooled()
    rows = try ParquetRows(place, path: path, inputs: inputs)
  }

  private func readHead() throws(CorpusError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ParquetFile.mark.count, alignment: 8)
    defer { piece.deallocate() }
    while head.count < ParquetFile.mark.count {
      let left = piece.count - head.count
      let count = try readStored(into: UnsafeMutableRawBufferPointer(rebasing: piece[..<left]))
      guard count > 0 else { return }
      head += Array(piece[..<count])
    }
  }

  /// All plain bytes in a file without a name.
  private func spooled() throws(CorpusError) -> Int32 {
    let file = try UnnamedFile()
    try head.withUnsafeBufferPointer { (bytes) throws(CorpusError) in
      try file.write(UnsafeRawBufferPointer(bytes))
    }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = try readStored(into: piece)
      guard count > 0 else { return try file.duplicate() }
      try file.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
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

  // MARK: The middle of a file

  /// The last place at or before a plain offset where decompression can begin. Offsets are asked for in rising order.
  func entry(before offset: UInt64) -> StreamEntry {
    let behind = entries.firstIndex { $0.plain > offset } ?? entries.count
    entries.removeFirst(max(0, behind - 1))
    return behind > 0 ? entries[0] : StreamEntry(stored: 0, plain: 0)
  }

  /// Goes on at a plain offset of a file of which nothing was read yet: straight there where the file is plain, from `entry` on
  /// where it is compressed, else from its beginning. The end of the file may come before.
  func enter(at offset: UInt64, from entry: StreamEntry) throws(CorpusError) {
    guard rows == nil, raw.isRegular, decoder == nil || entry.stored > 0 else {
      return try skip(offset)
    }
    head = []
    guard decoder != nil else { return try raw.seek(to: offset) }
    try raw.seek(to: entry.stored)
    decoder = try compression.decoder(for: path)
    (produced, entries) = (entry.plain, [])
    try skip(offset - entry.plain)
  }

  private func skip(_ count: UInt64) throws(CorpusError) {
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

/// A place in a compressed file where decompression can begin.
package struct StreamEntry: Sendable, Equatable {
  /// The offset in the file as it is stored.
  package var stored: UInt64
  /// How many plain bytes stand before it.
  package var plain: UInt64

  package init(stored: UInt64, plain: UInt64) {
    (self.stored, self.plain) = (stored, plain)
  }
}
