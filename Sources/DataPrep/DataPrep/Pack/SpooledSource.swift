import RingProtocol
import Shards

/// The blocks of a spool, read from where they lie: in natural order, or shuffled where the spool is small.
final class SpooledSource: SequenceSource {
  let count: UInt64
  let hasOrigins: Bool
  private let spool: BlockSpool
  private let file: InputFile
  private let permutation: KeyedPermutation?
  private let documents: SpooledCatalog
  private let sequenceLength: Int

  /// - Parameters:
  ///   - permutation: tells the block of each place; nil for natural order.
  ///   - sequenceLength: tokens of a block.
  init(
    _ spool: BlockSpool, permutation: KeyedPermutation?, sequenceLength: Int, hasOrigins: Bool
  ) throws {
    (self.spool, self.permutation) = (spool, permutation)
    (self.sequenceLength, self.hasOrigins) = (sequenceLength, hasOrigins)
    count = spool.count
    file = try InputFile(spool.path)
    documents = try SpooledCatalog(besideBlocks: spool.path)
  }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { hasOrigins ? documents : nil }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    let record = UnsafeMutableRawBufferPointer.allocate(
      byteCount: spool.recordBytes, alignment: 16)
    defer { record.deallocate() }
    let tokens = UnsafeRawBufferPointer(rebasing: record[BlockSpool.headBytes...])
    var pieces = SequencePieces()
    pieces.reserve(range.count)
    for (number, place) in range.enumerated() {
      let block = permutation?[place] ?? place
      try file.read(at: block * UInt64(spool.recordBytes), into: record)
      let head = BlockSpool.Head(UnsafeRawBufferPointer(record))
      let between = head.documentsBetween
      let lengths = between.isEmpty ? [] : try documents.tokens(of: between)
      head.append(to: &pieces, between: lengths, sequenceLength: sequenceLength)
      let begin = number * spool.blockBytes
      UnsafeMutableRawBufferPointer(rebasing: destination[begin..<begin + spool.blockBytes])
        .copyMemory(from: tokens)
    }
    return pieces
  }
}
