import RingProtocol

/// What the index says of one frame.
public struct FrameRecord: Sendable, Equatable {
  /// XXH3-64 of the frame's compressed bytes: checked before zstd sees them.
  public var hash: UInt64
  public var minimumID: UInt32
  public var maximumID: UInt32
  /// Padding tokens in the frame.
  public var padding: UInt32
  /// Documents of which the frame holds at least one token.
  public var documents: UInt32

  static let byteCount = 24
}

/// The index: typed sections, each with its own checksum, so that a reader fetches and checks only what it needs.
///
/// A section of a kind that a reader does not know is passed over when the kind is below `mandatoryKind`, and refused otherwise.
enum ShardIndex {
  /// What a section holds.
  enum Kind: UInt32, CaseIterable {
    /// A `FrameRecord` for each frame.
    case frames = 1
    /// How often each id occurs in the shard: a LEB128 number for every piece of the vocabulary, as one zstd frame.
    case histogram = 2
    /// u64: documents of which the shard holds at least one token.
    case documents = 3
    /// The numbers and origins of those documents, see `OriginBlock`.
    case origins = 4
    /// Which pieces of documents each sequence holds, see `PieceBlock`.
    case pieces = 5
    /// How documents lie in the sequences, see `PackingSummary`.
    case packing = 6
    /// XOR parity of everything before it, see `Parity`. Always the last.
    case parity = 7
  }

  /// A section to be written.
  struct Section: Sendable {
    var kind: Kind
    var content: [UInt8]
  }

  /// Of zstd, for the histogram: most counts are small, so it shrinks to about a fifth.
  private static let histogramLevel = 9
  /// The most bytes of a number in LEB128.
  private static let longestNumber = 10

  static let mandatoryKind: UInt32 = 0x8000_0000
  static let name = Array("CRAMIDX\0".utf8)
  static let version: UInt16 = 1
  static let fixedBytes = 24
  static let entryBytes = 32
  /// More sections than any release writes; bounds what a damaged count can ask for.
  static let maximumSections = 256

  /// The skippable frame.
  static func encoded(_ sections: [Section]) -> [UInt8] {
    let table = Self.tableBytes(sections: sections.count)
    let size = byteCount(sections)
    precondition(size <= Int(UInt32.max), "an index of \(size) bytes")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    bytes.append(number: ShardFormat.indexMagic)
    bytes.append(number: UInt32(size - 8))
    bytes += Self.name
    bytes.append(number: Self.version)
    bytes.append(number: UInt16(0))
    bytes.append(number: UInt32(sections.count))
    var offset = table
    for section in sections {
      bytes.append(number: section.kind.rawValue)
      bytes.append(number: UInt32(0))
      bytes.append(number: UInt64(offset))
      bytes.append(number: UInt64(section.content.count))
      bytes.append(number: section.content.withUnsafeBytes(Checksum.xxh3))
      offset += section.content.count
    }
    bytes.append(number: bytes.withUnsafeBytes(Checksum.xxh3))
    for section in sections { bytes += section.content }
    return bytes
  }

  /// Bytes of an index of these sections.
  static func byteCount(_ sections: [Section]) -> Int {
    sections.reduce(tableBytes(sections: sections.count)) { $0 + $1.content.count }
  }

  /// Bytes before the first section: fixed part, table and the checksum of both.
  static func tableBytes(sections: Int) -> Int { fixedBytes + sections * entryBytes + 8 }

  static func bytes(of frames: [FrameRecord]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(frames.count * FrameRecord.byteCount)
    for frame in frames {
      bytes.append(number: frame.hash)
      bytes.append(number: frame.minimumID)
      bytes.append(number: frame.maximumID)
      bytes.append(number: frame.padding)
      bytes.append(number: frame.documents)
    }
    return bytes
  }

  static func bytes(of histogram: [UInt64]) -> [UInt8] {
    var numbers: [UInt8] = []
    numbers.reserveCapacity(2 * histogram.count)
    for count in histogram { numbers.append(variable: count) }
    return numbers.withUnsafeBytes { FrameEncoder(level: histogramLevel).encode($0) }
  }

  static func bytes(of documents: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number: documents)
    return bytes
  }
}

extension ShardIndex {
  /// The frame records that a section's bytes hold; nil where they are not `count` of them.
  static func frames(_ bytes: UnsafeRawBufferPointer, count: Int) -> [FrameRecord]? {
    guard bytes.count == count * FrameRecord.byteCount else { return nil }
    return (0..<count).map { number in
      let at = number * FrameRecord.byteCount
      return FrameRecord(
        hash: bytes.number(at: at), minimumID: bytes.number(at: at + 8),
        maximumID: bytes.number(at: at + 12), padding: bytes.number(at: at + 16),
        documents: bytes.number(at: at + 20))
    }
  }

  /// The counts that a section's bytes hold; nil where they are not one zstd frame of exactly `count` LEB128 numbers.
  static func histogram(_ bytes: UnsafeRawBufferPointer, count: Int) -> [UInt64]? {
    guard let numbers = ZstdFrame.unpacked(bytes, limit: longestNumber * count) else { return nil }
    return numbers.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      let counts = reader.variables(count)
      return reader.isAtEnd ? counts : nil
    }
  }
}
