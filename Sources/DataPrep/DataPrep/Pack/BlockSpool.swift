import RingProtocol

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
