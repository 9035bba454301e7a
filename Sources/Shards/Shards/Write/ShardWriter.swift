import RingProtocol

/// What a dataset knows of one of its shards.
public struct ShardSummary: Sendable, Equatable {
  /// Its name in the dataset's folder.
  public var file: String
  public var sequences: UInt64
  /// Bytes of the file.
  public var bytes: UInt64
  public var sha256: String

  public init(file: String, sequences: UInt64, bytes: UInt64, sha256: String) {
    (self.file, self.sequences, self.bytes, self.sha256) = (file, sequences, bytes, sha256)
  }
}

/// Writes one shard: frames are packed by several threads and written in order, so that their number changes no byte.
struct ShardWriter {
  let path: String
  let header: ShardHeader
  let level: Int
  let threads: Int
  /// The place of the shard's first sequence in the source.
  let first: UInt64

  /// What a shard leaves behind besides its file.
  struct Outcome {
    var summary: ShardSummary
    var histogram: [UInt64]
  }

  /// A frame, packed and counted by one thread.
  private struct Packed: Sendable {
    var plain: [UInt8]
    var compressed: [UInt8]
    var record: FrameRecord
    var histogram: [UInt32]
    var documents: DocumentSet
  }

  /// Keeps the file that an earlier run left, where it holds these sequences, or else writes it.
  ///
  /// - Parameter observe: is given the plain bytes of every frame, in order.
  func make(
    from source: some SequenceSource, observe: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Outcome {
    try adopt(from: source, observe: observe) ?? write(from: source, observe: observe)
  }

  /// Writes the shard and opens it again to verify all of it; under its name it appears only whole.
  private func write(
    from source: some SequenceSource, observe: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Outcome {
    var assembly = try ShardAssembly(path: path, header: header)
    try assembly.begin()
    let (header, level, first) = (header, level, first)
    try OrderedMap.run(
      count: header.frameCount, threads: threads, makeWorker: { FrameEncoder(level: level) },
      produce: { encoder, frame in
        try Self.pack(frame, of: header, from: source, first: first, with: encoder)
      },
      consume: { _, packed in
        try packed.plain.withUnsafeBytes(observe)
        try assembly.append(
          packed.compressed, record: packed.record, histogram: packed.histogram,
          documents: packed.documents)
      })
    let histogram = assembly.histogram
    let summary = try assembly.commit()
    try verify(summary)
    return Outcome(summary: summary, histogram: histogram)
  }

  /// The outcome of an earlier run, where the file under the shard's name is whole and holds exactly these sequences; else nil.
  private func adopt(
    from source: some SequenceSource, observe: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Outcome? {
    guard Folder.kind(of: path) == .file, let reader = try? ShardReader(path),
      reader.header == header, try holds(source, reader),
      Verification.problems(of: reader, threads: threads).isEmpty
    else { return nil }
    let (header, first) = (header, first)
    try OrderedMap.run(
      count: header.frameCount, threads: threads, makeWorker: { 0 },
      produce: { _, frame in try Self.gather(frame, of: header, from: source, first: first) },
      consume: { _, gathered in try gathered.plain.withUnsafeBytes(observe) })
    let summary = ShardSummary(
      file: Folder.name(of: path), sequences: header.sequences, bytes: reader.byteCount,
      sha256: try SHA256.hex(ofFile: path))
    return Outcome(summary: summary, histogram: try reader.histogram())
  }

  /// Whether the shard that `reader` reads holds the sequences of the source.
  private func holds(_ source: some SequenceSource, _ reader: ShardReader) throws -> Bool {
    let (header, first) = (header, first)
    var isSame = true
    try OrderedMap.run(
      count: header.frameCount, threads: threads, makeWorker: { FrameDecoder() },
      produce: { decoder, frame in
        let wanted = try Self.gather(frame, of: header, from: source, first: first).plain
        return wanted == (try? reader.plain(frame: frame, with: &decoder))
      },
      consume: { _, isEqual in isSame = isSame && isEqual })
    return isSame
  }

  /// The plain bytes of a frame, and the documents of its sequences.
  private static func gather(
    _ frame: Int, of header: ShardHeader, from source: some SequenceSource, first: UInt64
  ) throws -> (plain: [UInt8], documents: [ClosedRange<UInt64>]) {
    let range = header.sequences(ofFrame: frame)
    let byteCount = header.plainBytes(ofFrame: frame)
    var documents: [ClosedRange<UInt64>] = []
    let plain = try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      documents = try source.fill(
        first + range.lowerBound..<first + range.upperBound,
        into: .init(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
      count = byteCount
    }
    return (plain, documents)
  }

  private static func pack(
    _ frame: Int, of header: ShardHeader, from source: some SequenceSource, first: UInt64,
    with encoder: borrowing FrameEncoder
  ) throws -> Packed {
    let (plain, touched) = try gather(frame, of: header, from: source, first: first)
    let documents = DocumentSet(touched)
    return plain.withUnsafeBytes { bytes in
      let counted = FrameStatistics(
        bytes, type: header.tokenType, vocabularySize: header.vocabularySize)
      guard let counted else {
        preconditionFailure("an id of frame \(frame) is not below \(header.vocabularySize)")
      }
      let compressed = encoder.encode(bytes)
      let record = FrameRecord(
        hash: compressed.withUnsafeBytes(Checksum.xxh3), minimumID: counted.minimumID,
        maximumID: counted.maximumID, padding: counted.count(of: header.roles.pad),
        documents: UInt32(clamping: documents.count))
      return Packed(
        plain: plain, compressed: compressed, record: record, histogram: counted.histogram,
        documents: documents)
    }
  }

  /// What was written is read back from the file system before anything counts on it.
  private func verify(_ summary: ShardSummary) throws {
    let reader = try ShardReader(path)
    if let problem = Verification.problems(of: reader, threads: threads).first { throw problem }
    guard reader.header == header, try SHA256.hex(ofFile: path) == summary.sha256 else {
      throw ShardError.damaged(
        path: path, offset: 0, found: "the file does not read back as it was written")
    }
  }
}
