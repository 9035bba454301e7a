import RingProtocol
import Shards

/// Lays documents end to end and cuts them into blocks of equal length.
///
/// A block may begin and end inside a document. What is left at the end fills no block and is dropped, and counted. With
/// padding each document begins a block, and its last one is filled up: nothing is left.
struct BlockPacker: ~Copyable {
  /// What became of the documents.
  struct Tally: Equatable {
    /// Documents packed.
    var documents: UInt64 = 0
    /// Their tokens, separators included.
    var tokens: UInt64 = 0
    /// Tokens at the end that fill no block.
    var tailTokens: UInt64 = 0
    /// Documents of which every token is in that tail.
    var tailDocuments: UInt64 = 0
    /// How long the documents are, separators included.
    var lengths = LengthDistribution()
    /// Unicode code points of the documents' texts.
    var characters: UInt64 = 0
  }

  private let tokenBytes: Int
  private let padding: UInt32?
  private var file: AtomicFile?
  private let spool: (path: String, blockBytes: Int)
  private let record: UnsafeMutableRawBufferPointer
  /// Bytes of the block in the making.
  private var filled: Int
  private var firstDocument: UInt64
  /// Tokens of that document before the block, and in it.
  private var firstOffset: UInt64
  private var firstTokens: UInt32
  private var origins: OriginSpool
  private var blocks: UInt64
  private var tally: Tally

  /// Begins the spool at `path`.
  ///
  /// - Parameter padding: what fills up the last block of each document; nil where the next one follows at once.
  init(path: String, sequenceLength: Int, tokenBytes: Int, padding: UInt32?) throws(FileError) {
    let file = try AtomicFile(path: path)
    origins = try OriginSpool(path: SpooledCatalog.path(besideBlocks: path))
    self.file = .some(file)
    self.tokenBytes = tokenBytes
    self.padding = padding
    spool = (path, sequenceLength * tokenBytes)
    record = .allocate(byteCount: BlockSpool.headBytes + sequenceLength * tokenBytes, alignment: 16)
    (filled, firstDocument, blocks) = (0, 0, 0)
    (firstOffset, firstTokens) = (0, 0)
    tally = Tally()
  }

  deinit {
    record.deallocate()
  }

  /// Appends the tokens of one document, which are not none: at least its separator.
  ///
  /// - Parameter origin: where it comes from, as `OriginSpool` keeps it.
  mutating func append(
    _ tokens: UnsafeRawBufferPointer, origin: UnsafeRawBufferPointer
  ) throws(FileError) {
    precondition(!tokens.isEmpty && tokens.count % tokenBytes == 0, "\(tokens.count) bytes")
    if filled == 0 { (firstDocument, firstOffset) = (tally.documents, 0) }
    let count = UInt64(tokens.count / tokenBytes)
    try origins.append(origin, tokens: count)
    tally.tailDocuments += 1
    var rest = tokens
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(spool.blockBytes - filled))
      UnsafeMutableRawBufferPointer(rebasing: record[(BlockSpool.headBytes + filled)...])
        .copyMemory(from: part)
      filled += part.count
      rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
      if firstDocument == tally.documents { firstTokens = UInt32(filled / tokenBytes) }
      if filled == spool.blockBytes {
        try endBlock()
        firstOffset = UInt64((tokens.count - rest.count) / tokenBytes)
      }
    }
    if let padding, filled > 0 {
      fill(with: padding)
      try endBlock()
    }
    tally.documents += 1
    tally.tokens += count
    tally.lengths.add(count)
    tally.characters += OriginSpool.characters(origin)
  }

  private mutating func endBlock() throws(FileError) {
    let head = BlockSpool.Head(
      documents: firstDocument...tally.documents, offset: firstOffset, firstTokens: firstTokens)
    head.store(into: record)
    try file!.write(UnsafeRawBufferPointer(record))
    filled = 0
    firstDocument = tally.documents
    // The document in hand has a token in this block, so no document lies in the tail so far.
    tally.tailDocuments = 0
    blocks += 1
  }

  private mutating func fill(with id: UInt32) {
    let rest = UnsafeMutableRawBufferPointer(
      rebasing: record[(BlockSpool.headBytes + filled)...])
    if tokenBytes == 2 {
      let id = UInt16(truncatingIfNeeded: id).littleEndian
      rest.withMemoryRebound(to: UInt16.self) { $0.update(repeating: id) }
    } else {
      rest.withMemoryRebound(to: UInt32.self) { $0.update(repeating: id.littleEndian) }
    }
  }

  /// Ends the spool, once; what it holds and what became of the documents.
  mutating func finish() throws(FileError) -> (spool: BlockSpool, tally: Tally) {
    tally.tailTokens = UInt64(filled / tokenBytes)
    if let whole = file.take() { try whole.commit() }
    try origins.finish()
    return (BlockSpool(path: spool.path, blockBytes: spool.blockBytes, count: blocks), tally)
  }
}
