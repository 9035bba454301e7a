import RingProtocol

/// One shard, open for reading.
///
/// It opens only when header, seek table and index agree with each other and with the file's size; after that every
/// frame is checked whenever it is read. Reads with `pread`, so that any number of threads may share one reader, each
/// with its own `FrameDecoder`.
public final class ShardReader: Sendable {
  /// Where the file is, as given.
  public let path: String
  public let header: ShardHeader
  /// Bytes of the file.
  public let byteCount: UInt64
  /// Documents of which the shard holds at least one token.
  public let documents: UInt64
  /// What the index says of each frame.
  public let records: [FrameRecord]

  let file: InputFile
  let table: SeekTable
  /// Where each frame begins; one more for the end of the last.
  let offsets: [UInt64]
  let index: IndexTable

  /// Opens the shard at `path`. Reads header, seek table and the parts of the index that reading needs: a few kB, in six reads.
  public init(_ path: String) throws(ShardError) {
    let file = try Self.open(path)
    let size = file.size
    let header = try Self.readHeader(file, size: size)
    let table = try Self.readTable(file, size: size)
    let offsets = try Self.offsets(table, header: header, size: size, path: path)
    let index = try Self.readIndex(file, table: table, offset: offsets.last!)
    let section = { (kind: ShardIndex.Kind) throws(ShardError) -> [UInt8] in
      try Self.read(kind, of: index, file: file, offset: offsets.last!)
    }
    let frames = try section(.frames)
    let documents = try section(.documents)
    let records = frames.withUnsafeBytes { ShardIndex.frames($0, count: header.frameCount) }
    guard let records, documents.count == 8 else {
      throw .damaged(
        path: path, offset: offsets.last!,
        found: "the index does not fit the header's \(header.frameCount) frames")
    }
    self.path = path
    self.header = header
    byteCount = size
    self.documents = documents.withUnsafeBytes { $0.number(at: 0) }
    self.records = records
    self.table = table
    self.offsets = offsets
    self.index = index
    self.file = file
  }

  /// Frames of sequences in the shard.
  public var frameCount: Int { records.count }

  /// Compressed bytes of frame `frame`.
  public func compressedBytes(ofFrame frame: Int) -> Int {
    Int(offsets[frame + 1] - offsets[frame])
  }

  /// Whether the shard tells where its documents come from.
  public var hasProvenance: Bool { index.section(.origins) != nil && index.section(.pieces) != nil }

  /// Where the index begins.
  var indexOffset: UInt64 { offsets.last! }

  /// How often each id occurs in the shard; one read of the index.
  public func histogram() throws(ShardError) -> [UInt64] {
    let bytes = try Self.read(.histogram, of: index, file: file, offset: offsets.last!)
    let counts = bytes.withUnsafeBytes { ShardIndex.histogram($0, count: header.vocabularySize) }
    guard let counts else {
      throw .damaged(
        path: path, offset: offsets.last!,
        found: "the index's histogram is not one of \(header.vocabularySize) ids")
    }
    return counts
  }
}

extension ShardReader {
  /// The plain bytes of frame `frame`.
  public func plain(
    frame: Int, with decoder: inout FrameDecoder
  ) throws(ShardError) -> [UInt8] {
    let byteCount = header.plainBytes(ofFrame: frame)
    var failure: ShardError?
    let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      let part = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount])
      do throws(ShardError) {
        try decoder.decode(frame: frame, of: self, into: part)
        count = byteCount
      } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}
