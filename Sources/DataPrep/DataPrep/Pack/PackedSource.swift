import RingProtocol
import Shards

/// The order in which blocks become sequences.
public enum BlockOrder: String, Sendable, CaseIterable {
  /// A fair shuffle decided by the seed.
  case random
  /// As the documents came.
  case natural
  /// Most full stops first: the shortest sentences (Geiping & Goldstein 2023, section 4.4). Ties as they came.
  case sentenceLength = "sentence-length"
}

/// The blocks of a spool in the order of a dataset.
final class PackedSource: SequenceSource {
  let count: UInt64
  private let spool: BlockSpool
  private let file: InputFile
  private let place: Place

  private enum Place {
    case natural
    case permuted(KeyedPermutation)
    case listed(BlockList)
  }

  /// - Parameter side: `train` or `heldout`: sides are shuffled by keys of their own.
  init(_ spool: BlockSpool, order: BlockOrder, seed: UInt64, side: String) throws(FileError) {
    self.spool = spool
    count = spool.count
    file = try InputFile(spool.path)
    switch order {
    case .natural: place = .natural
    case .random:
      let key = OrderKey.derive(purpose: "pack \(side)", seed: seed)
      place = .permuted(KeyedPermutation(count: spool.count, key: key))
    case .sentenceLength: place = .listed(try BlockList(byFullStopsOf: spool))
    }
  }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> [ClosedRange<UInt64>] {
    let blocks = try blocks(range)
    let record = UnsafeMutableRawBufferPointer.allocate(
      byteCount: spool.recordBytes, alignment: 16)
    defer { record.deallocate() }
    let tokens = UnsafeRawBufferPointer(rebasing: record[BlockSpool.headBytes...])
    var documents: [ClosedRange<UInt64>] = []
    documents.reserveCapacity(range.count)
    for (number, block) in blocks.enumerated() {
      try file.read(at: block * UInt64(spool.recordBytes), into: record)
      documents.append(BlockSpool.Head(UnsafeRawBufferPointer(record)).documents)
      let begin = number * spool.blockBytes
      UnsafeMutableRawBufferPointer(rebasing: destination[begin..<begin + spool.blockBytes])
        .copyMemory(from: tokens)
    }
    return documents
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
