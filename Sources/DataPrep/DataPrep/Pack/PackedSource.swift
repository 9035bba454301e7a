import RingProtocol
import Shards

/// The blocks of a spool in the order of a dataset.
final class PackedSource: SequenceSource {
  let count: UInt64
  private let spool: BlockSpool
  private let file: InputFile
  private let place: Place
  private let documents: SpooledCatalog
  private let sequenceLength: Int
  private let hasProvenance: Bool

  private enum Place {
    case natural
    case permuted(KeyedPermutation)
    case listed(BlockList)
  }

  /// - Parameters:
  ///   - side: `train` or `heldout`: sides are shuffled by keys of their own.
  ///   - sequenceLength: tokens of a block.
  ///   - sorting: how blocks are sorted where the order asks for it.
  init(
    _ spool: BlockSpool, order: BlockOrder, seed: UInt64, side: String, sequenceLength: Int,
    hasProvenance: Bool, sorting: BlockSorting
  ) throws {
    self.spool = spool
    count = spool.count
    file = try InputFile(spool.path)
    documents = try SpooledCatalog(besideBlocks: spool.path)
    (self.sequenceLength, self.hasProvenance) = (sequenceLength, hasProvenance)
    switch order {
    case .natural: place = .natural
    case .random:
      let key = OrderKey.derive(purpose: "pack \(side)", seed: seed)
      place = .permuted(KeyedPermutation(count: spool.count, key: key))
    default: place = .listed(try sorting.list(of: spool, by: order))
    }
  }

  var catalog: (any DocumentCatalog)? { hasProvenance ? documents : nil }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    let blocks = try blocks(range)
    let record = UnsafeMutableRawBufferPointer.allocate(
      byteCount: spool.recordBytes, alignment: 16)
    defer { record.deallocate() }
    let tokens = UnsafeRawBufferPointer(rebasing: record[BlockSpool.headBytes...])
    var pieces = SequencePieces()
    pieces.reserve(range.count)
    for (number, block) in blocks.enumerated() {
      try file.read(at: block * UInt64(spool.recordBytes), into: record)
      try append(BlockSpool.Head(UnsafeRawBufferPointer(record)), to: &pieces)
      let begin = number * spool.blockBytes
      UnsafeMutableRawBufferPointer(rebasing: destination[begin..<begin + spool.blockBytes])
        .copyMemory(from: tokens)
    }
    return pieces
  }

  /// The pieces of a block: only of documents between its first and its last the length has to be looked up.
  private func append(
    _ head: BlockSpool.Head, to pieces: inout SequencePieces
  ) throws(FileError) {
    let (first, last) = (head.documents.lowerBound, head.documents.upperBound)
    let begin = DocumentPiece(document: first, offset: head.offset, tokens: head.firstTokens)
    guard first < last else { return pieces.append(begin) }
    var block = [begin]
    var room = UInt32(sequenceLength) - head.firstTokens
    if first + 1 < last {
      for (place, tokens) in try documents.tokens(of: first + 1..<last).enumerated() {
        block.append(
          DocumentPiece(document: first + 1 + UInt64(place), offset: 0, tokens: UInt32(tokens)))
        room -= UInt32(tokens)
      }
    }
    block.append(DocumentPiece(document: last, offset: 0, tokens: room))
    pieces.append(block)
  }

  /// The blocks that are stored at the places of `range`.
  private func blocks(_ range: Range<UInt64>) throws(FileError) -> [UInt64] {
    switch place {
    case .natural: Array(range)
    case .permuted(let permutation): range.map { permutation[$0] }
    case .listed(let list): try list.blocks(range)
    }
  }
}
