import RingProtocol

/// The file of a shard in the making: header, then frames as they come, then index and seek table.
struct ShardAssembly: ~Copyable {
  private let header: ShardHeader
  private var file: AtomicFile
  private var digest: SHA256
  private var records: [FrameRecord]
  private var entries: [SeekTable.Entry]
  private var documents: [ClosedRange<UInt64>]
  /// How often each id occurs in the frames so far.
  private(set) var histogram: [UInt64]

  /// Begins the shard at `path`; a file of that name stays until `commit`.
  init(path: String, header: ShardHeader) throws(FileError) {
    let file = try AtomicFile(path: path)
    self.file = file
    self.header = header
    digest = SHA256()
    (records, entries, documents) = ([], [], [])
    histogram = Array(repeating: 0, count: header.vocabularySize)
  }

  /// Writes the header, once, before the first frame.
  mutating func begin() throws(FileError) {
    try write(header.encoded(), plainBytes: 0, checksum: ShardFormat.emptyChecksum)
  }

  /// Appends one packed frame.
  mutating func append(
    _ frame: [UInt8], record: FrameRecord, histogram counts: [UInt32], documents: DocumentSet
  ) throws(FileError) {
    let plainBytes = header.plainBytes(ofFrame: records.count)
    let checksum: UInt32 = frame.withUnsafeBytes { $0.number(at: frame.count - 4) }
    records.append(record)
    self.documents += documents.ranges
    for (id, count) in counts.enumerated() where count != 0 { histogram[id] += UInt64(count) }
    try write(frame, plainBytes: plainBytes, checksum: checksum)
  }

  /// Writes index and seek table and gives the file its name.
  consuming func commit() throws(FileError) -> ShardSummary {
    precondition(records.count == header.frameCount, "\(records.count) of \(header.frameCount)")
    let index = ShardIndex(
      frames: records, histogram: histogram, documents: DocumentSet(documents).count)
    try write(index.encoded(), plainBytes: 0, checksum: ShardFormat.emptyChecksum)
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
