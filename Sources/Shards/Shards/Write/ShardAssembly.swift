import RingProtocol

/// The file of a shard in the making: header, then frames as they come, then index and seek table.
struct ShardAssembly: ~Copyable {
  private let header: ShardHeader
  private var file: AtomicFile
  private var digest: SHA256
  private var entries: [SeekTable.Entry]
  private var parity: ParityBuilder?

  /// Begins the shard at `path`; a file of that name stays until `commit`.
  ///
  /// - Parameter parityGroup: how many parts share a strip of parity; 0 for none.
  init(path: String, header: ShardHeader, parityGroup: Int) throws(FileError) {
    let file = try AtomicFile(path: path)
    self.file = file
    self.header = header
    digest = SHA256()
    entries = []
    parity =
      parityGroup > 0 ? ParityBuilder(group: parityGroup, frames: header.frameCount) : nil
  }

  /// Writes the header, once, before the first frame.
  mutating func begin() throws(FileError) {
    let bytes = header.encoded()
    bytes.withUnsafeBytes { parity?.add($0) }
    try write(bytes, plainBytes: 0, checksum: ShardFormat.emptyChecksum)
  }

  /// Appends one packed frame.
  ///
  /// - Parameter checksum: the low half of XXH64 of its plain bytes.
  mutating func append(_ frame: [UInt8], checksum: UInt32) throws(FileError) {
    let plainBytes = header.plainBytes(ofFrame: entries.count - 1)
    frame.withUnsafeBytes { parity?.add($0) }
    try write(frame, plainBytes: plainBytes, checksum: checksum)
  }

  /// Writes index and seek table and gives the file its name.
  consuming func commit(_ sections: [ShardIndex.Section]) throws -> ShardSummary {
    precondition(entries.count == header.frameCount + 1, "\(entries.count - 1) frames")
    var sections = sections
    if let parity {
      sections.append(.init(kind: .parity, content: parity.content(over: sections)))
    }
    let size = ShardIndex.byteCount(sections)
    guard size <= Int(UInt32.max) else {
      throw ShardError.tooLarge(path: file.path, indexBytes: UInt64(size))
    }
    try write(
      ShardIndex.encoded(sections), plainBytes: 0, checksum: ShardFormat.emptyChecksum)
    let table = SeekTable(entries: entries).encoded()
    table.withUnsafeBytes { digest.update($0) }
    try file.write(table)
    return try finish()
  }

  private consuming func finish() throws(FileError) -> ShardSummary {
    let (path, bytes, sequences) = (file.path, file.count, header.sequences)
    let sha256 = digest.finalize()
    try file.commit()
    return ShardSummary(
      file: Folder.name(of: path), sequences: sequences, bytes: bytes, sha256: sha256)
  }

  private mutating func write(
    _ part: [UInt8], plainBytes: Int, checksum: UInt32
  ) throws(FileError) {
    entries.append(
      .init(
        compressedBytes: UInt32(part.count), plainBytes: UInt32(plainBytes), checksum: checksum))
    part.withUnsafeBytes { digest.update($0) }
    try file.write(part)
  }
}
