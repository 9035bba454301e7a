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
  /// How many parts of the file share a strip of parity; 0 for none.
  let parityGroup: Int
  /// Whether the origins of documents are written.
  let hasProvenance: Bool
  let threads: Int
  /// The place of the shard's first sequence in the source.
  let first: UInt64

  /// What a shard leaves behind besides its file.
  struct Outcome {
    var summary: ShardSummary
    var histogram: [UInt64]
    var packing: PackingSummary
    /// Bytes of the sections that say where documents come from.
    var provenanceBytes: UInt64
  }

  /// A frame as its source gives it, counted by one thread.
  private struct Counted: Sendable {
    var plain: [UInt8]
    var record: FrameRecord
    var histogram: [UInt32]
    var pieces: SequencePieces
    var documents: DocumentSet
  }

  /// A frame that is ready to be written.
  private struct Packed: Sendable {
    var frame: Counted
    var compressed: [UInt8]
    var checksum: UInt32
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
    var assembly = try ShardAssembly(path: path, header: header, parityGroup: parityGroup)
    var index = IndexBuilder(header: header)
    try assembly.begin()
    let (header, level, first) = (header, level, first)
    try OrderedMap.run(
      count: header.frameCount, threads: threads,
      makeWorker: { FrameEncoder(header.codec, level: level) },
      produce: { encoder, frame in
        try Self.pack(frame, of: header, from: source, first: first, with: encoder)
      },
      consume: { _, packed in
        try packed.frame.plain.withUnsafeBytes(observe)
        try assembly.append(packed.compressed, checksum: packed.checksum)
        index.append(
          packed.frame.record, histogram: packed.frame.histogram, pieces: packed.frame.pieces,
          documents: packed.frame.documents)
      })
    let (sections, packing) = try index.sections(catalog: catalog(of: source), threads: threads)
    let summary = try assembly.commit(sections)
    try verify(summary)
    return Outcome(
      summary: summary, histogram: index.histogram, packing: packing,
      provenanceBytes: Self.provenanceBytes(sections))
  }

  /// The outcome of an earlier run, where the file under the shard's name is whole and holds exactly these sequences; else nil.
  private func adopt(
    from source: some SequenceSource, observe: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Outcome? {
    guard Folder.kind(of: path) == .file, let reader = try? ShardReader(path),
      reader.header == header, Verification.problems(of: reader, threads: threads).isEmpty,
      let (sections, packing, histogram) = try rebuilt(from: source, reader)
    else { return nil }
    let (header, first) = (header, first)
    try OrderedMap.run(
      count: header.frameCount, threads: threads, makeWorker: { 0 },
      produce: { _, frame in try Self.gather(frame, of: header, from: source, first: first) },
      consume: { _, gathered in try gathered.plain.withUnsafeBytes(observe) })
    let summary = ShardSummary(
      file: Folder.name(of: path), sequences: header.sequences, bytes: reader.byteCount,
      sha256: try SHA256.hex(ofFile: path))
    return Outcome(
      summary: summary, histogram: histogram, packing: packing,
      provenanceBytes: Self.provenanceBytes(sections))
  }

  /// The index as it would be written now, where it is the one of the shard that `reader` reads and that holds the
  /// sequences of the source; else nil.
  private func rebuilt(
    from source: some SequenceSource, _ reader: ShardReader
  ) throws -> (sections: [ShardIndex.Section], packing: PackingSummary, histogram: [UInt64])? {
    let (header, first) = (header, first)
    var index = IndexBuilder(header: header)
    var isSame = true
    try OrderedMap.run(
      count: header.frameCount, threads: threads, makeWorker: { FrameDecoder() },
      produce: { decoder, frame in
        let counted = try Self.count(frame, of: header, from: source, first: first)
        let stored = try? reader.plain(frame: frame, with: &decoder)
        return (counted, counted.plain == stored)
      },
      consume: { number, result in
        isSame = isSame && result.1
        var record = result.0.record
        record.hash = reader.records[number].hash
        index.append(
          record, histogram: result.0.histogram, pieces: result.0.pieces,
          documents: result.0.documents)
      })
    guard isSame else { return nil }
    let (sections, packing) = try index.sections(catalog: catalog(of: source), threads: threads)
    guard try reader.hasSections(sections, parityGroup: parityGroup) else { return nil }
    return (sections, packing, index.histogram)
  }

  /// Where the documents of the shard come from, if it is to tell.
  private func catalog(of source: some SequenceSource) throws -> (any DocumentCatalog)? {
    hasProvenance ? try source.catalog(of: first..<first + header.sequences) : nil
  }

  private static func provenanceBytes(_ sections: [ShardIndex.Section]) -> UInt64 {
    sections.reduce(0) { sum, section in
      [.origins, .pieces].contains(section.kind) ? sum + UInt64(section.content.count) : sum
    }
  }

  /// The plain bytes of a frame, and the pieces of its sequences.
  private static func gather(
    _ frame: Int, of header: ShardHeader, from source: some SequenceSource, first: UInt64
  ) throws -> (plain: [UInt8], pieces: SequencePieces) {
    let range = header.sequences(ofFrame: frame)
    let byteCount = header.plainBytes(ofFrame: frame)
    var pieces = SequencePieces()
    let plain = try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      pieces = try source.fill(
        first + range.lowerBound..<first + range.upperBound,
        into: .init(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
      count = byteCount
    }
    precondition(pieces.counts.count == range.count, "\(pieces.counts.count) of \(range.count)")
    return (plain, pieces)
  }

  /// A frame with its statistics; the hash of what it is packed to is not known yet.
  private static func count(
    _ frame: Int, of header: ShardHeader, from source: some SequenceSource, first: UInt64
  ) throws -> Counted {
    let (plain, pieces) = try gather(frame, of: header, from: source, first: first)
    let counted = plain.withUnsafeBytes {
      FrameStatistics($0, type: header.tokenType, vocabularySize: header.vocabularySize)
    }
    guard let counted else {
      preconditionFailure("an id of frame \(frame) is not below \(header.vocabularySize)")
    }
    let documents = pieces.documents
    let record = FrameRecord(
      hash: 0, minimumID: counted.minimumID, maximumID: counted.maximumID,
      padding: counted.count(of: header.roles.pad),
      documents: UInt32(clamping: documents.count))
    return Counted(
      plain: plain, record: record, histogram: counted.histogram, pieces: pieces,
      documents: documents)
  }

  private static func pack(
    _ frame: Int, of header: ShardHeader, from source: some SequenceSource, first: UInt64,
    with encoder: borrowing FrameEncoder
  ) throws -> Packed {
    var counted = try count(frame, of: header, from: source, first: first)
    return counted.plain.withUnsafeBytes { bytes in
      let compressed = encoder.encode(bytes)
      counted.record.hash = compressed.withUnsafeBytes(Checksum.xxh3)
      let checksum = UInt32(truncatingIfNeeded: Checksum.xxh64(bytes))
      return Packed(frame: counted, compressed: compressed, checksum: checksum)
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
