import RingProtocol
import Shards

/// Where the blocks of one side wait between packing and writing: a file of records, in natural order.
///
/// A record is the first and the last document of the block (u64 each), the tokens of the first one before the block
/// (u64) and in it (u32), four bytes of zeros, and its tokens as the shards store them. The file is read on the
/// machine that wrote it and then removed.
struct BlockSpool: Sendable, Equatable {
  /// The file.
  let path: String
  /// Bytes of one block of tokens.
  let blockBytes: Int
  /// Blocks in the file.
  let count: UInt64

  static let headBytes = 32

  var recordBytes: Int { Self.headBytes + blockBytes }

  /// All files of the spool.
  var paths: [String] {
    let origins = SpooledCatalog.path(besideBlocks: path)
    return [path, origins, OriginSpool.placesPath(origins)]
  }

  /// Bytes of the file of blocks.
  var byteCount: UInt64 { count * UInt64(recordBytes) }

  /// What stands before a block's tokens.
  struct Head {
    var documents: ClosedRange<UInt64>
    /// Tokens of the first document that stand before the block.
    var offset: UInt64
    /// Tokens of the first document in the block.
    var firstTokens: UInt32

    init(documents: ClosedRange<UInt64>, offset: UInt64, firstTokens: UInt32) {
      (self.documents, self.offset, self.firstTokens) = (documents, offset, firstTokens)
    }

    init(_ bytes: UnsafeRawBufferPointer) {
      let first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      let last = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      documents = first...last
      offset = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      firstTokens = bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
    }

    func store(into bytes: UnsafeMutableRawBufferPointer) {
      bytes.storeBytes(of: documents.lowerBound, toByteOffset: 0, as: UInt64.self)
      bytes.storeBytes(of: documents.upperBound, toByteOffset: 8, as: UInt64.self)
      bytes.storeBytes(of: offset, toByteOffset: 16, as: UInt64.self)
      bytes.storeBytes(of: UInt64(firstTokens), toByteOffset: 24, as: UInt64.self)
    }
  }
}

extension BlockSpool.Head {
  /// The documents between the first and the last: all of each is in the block.
  var documentsBetween: Range<UInt64> {
    let (first, last) = (documents.lowerBound, documents.upperBound)
    return first < last ? first + 1..<last : last..<last
  }

  /// Adds the pieces of the block.
  ///
  /// - Parameter lengths: the tokens of each of `documentsBetween`.
  func append(
    to pieces: inout SequencePieces, between lengths: some Collection<UInt64>, sequenceLength: Int
  ) {
    let (first, last) = (documents.lowerBound, documents.upperBound)
    let begin = DocumentPiece(document: first, offset: offset, tokens: firstTokens)
    guard first < last else { return pieces.append(begin) }
    var block = [begin]
    var room = UInt32(sequenceLength) - firstTokens
    for (place, tokens) in lengths.enumerated() {
      block.append(
        DocumentPiece(document: first + 1 + UInt64(place), offset: 0, tokens: UInt32(tokens)))
      room -= UInt32(tokens)
    }
    block.append(DocumentPiece(document: last, offset: 0, tokens: room))
    pieces.append(block)
  }
}

extension BlockSpool {
  /// Blocks that follow each other, as they were read at once.
  struct Batch {
    /// The number of the first one.
    let first: UInt64
    let count: Int
    /// Their records, end to end.
    let records: UnsafeRawBufferPointer
    let recordBytes: Int

    /// A block's record.
    func record(_ place: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: records[place * recordBytes..<(place + 1) * recordBytes])
    }

    func head(_ place: Int) -> Head { Head(record(place)) }

    func tokens(_ place: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: record(place)[BlockSpool.headBytes...])
    }
  }

  /// Calls `body` with all blocks, in natural order, some mebibytes at once.
  func forEachBatch(_ body: (Batch) throws -> Void) throws {
    let file = try InputFile(path)
    let many = max(1, (4 << 20) / recordBytes)
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: many * recordBytes, alignment: 16)
    defer { buffer.deallocate() }
    for first in stride(from: 0, to: count, by: many) {
      let size = Int(min(UInt64(many), count - first))
      let records = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(size * recordBytes)])
      try file.read(at: first * UInt64(recordBytes), into: records)
      try body(
        Batch(
          first: first, count: size, records: UnsafeRawBufferPointer(records),
          recordBytes: recordBytes))
    }
  }
}
