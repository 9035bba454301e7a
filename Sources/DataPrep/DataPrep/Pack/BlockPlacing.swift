import Glibc
import RingProtocol
import Shards
import Tokenization

/// Says where each block of a spool stands in an order, in bounded memory.
///
/// A shuffle is computed. A curriculum asks one pass over the spool (two where it needs the counts of all tokens first), a
/// sort of 16 bytes a block by what it asks of the tokens, and another one back by the block.
struct BlockPlacing: Sendable {
  let order: BlockOrder
  let tokenizer: Tokenizer
  let tokenType: TokenType
  /// Ends each document.
  let separator: UInt32
  /// Bytes that one sort may take; there are two.
  let memory: Int
  let cancellation: CancellationFlag?
  /// Counts the blocks of each pass.
  let progress: ProgressMeter?

  /// How often the blocks of a spool are read.
  static func passes(_ order: BlockOrder) -> UInt64 {
    switch order {
    case .random, .natural: 0
    case .sentenceLength, .fragment, .wordLength: 1
    case .unigram, .reverseUnigram: 2
    }
  }

  /// A block and what it is sorted by.
  private struct Key: ExchangeRecord {
    var key: UInt64
    var block: UInt64

    var bucketKey: UInt64 { key }

    static func < (left: Key, right: Key) -> Bool {
      (left.key, left.block) < (right.key, right.block)
    }
  }

  /// A block and where it stands in the order.
  private struct Place: ExchangeRecord {
    var block: UInt64
    var place: UInt64

    var bucketKey: UInt64 { block }

    // No block has two places.
    static func < (left: Place, right: Place) -> Bool { left.block < right.block }
  }

  /// Gives the place of a block; to be asked for the blocks of the spool in natural order.
  ///
  /// - Parameter permutation: the shuffle of a random order.
  func places(
    of spool: BlockSpool, permutation: KeyedPermutation
  ) throws -> (_ block: UInt64) throws -> UInt64 {
    switch order {
    case .natural: return { $0 }
    case .random: return { permutation.place(of: $0) }
    default:
      let places = try sortedPlaces(of: spool)
      return { block in
        guard let next = try places.next(), next.block == block else {
          preconditionFailure("block \(block) has no place")
        }
        return next.place
      }
    }
  }

  private func sortedPlaces(of spool: BlockSpool) throws -> SortedRecords<Place> {
    let folder = Folder.parent(of: spool.path)
    let measure = try measure(spool)
    let keys = ExternalSort<Key>(memory: memory, spillFolder: folder)
    try forEachBlock(of: spool) { block, tokens in
      try keys.add(Key(key: measure(tokens), block: block))
    }
    let sorted = try keys.sorted()
    let places = ExternalSort<Place>(memory: memory, spillFolder: folder)
    var place: UInt64 = 0
    while let next = try sorted.next() {
      try places.add(Place(block: next.block, place: place))
      place += 1
    }
    return try places.sorted()
  }

  /// The key of a block: the least comes first.
  private func measure(_ spool: BlockSpool) throws -> (UnsafeRawBufferPointer) -> UInt64 {
    switch order {
    case .random, .natural: preconditionFailure("\(order.rawValue) asks nothing of the tokens")
    case .sentenceLength:
      let fullStop = UInt32(tokenizer.id(of: ".") ?? -1)
      return { ~sum(of: $0) { $0 == fullStop ? 1 : 0 } }
    case .fragment: return { ~sum(of: $0) { $0 == separator ? 1 : 0 } }
    case .wordLength:
      let lengths = tokenizer.decodedLengths()
      return { tokens in
        let all = sum(of: tokens) { UInt64(lengths.following[Int($0)]) }
        let first = Int(token(0, of: tokens))
        return all - UInt64(lengths.following[first]) + UInt64(lengths.first[first])
      }
    case .unigram:
      let weights = try weights(spool)
      return { sum(of: $0) { weights[Int($0)] } }
    case .reverseUnigram:
      let weights = try weights(spool)
      return { ~sum(of: $0) { weights[Int($0)] } }
    }
  }

  /// For each id log2((count + 1) / (N + V)) in units of 2^-32, made positive: whole numbers, so that sums are exact.
  private func weights(_ spool: BlockSpool) throws -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: tokenizer.vocabularySize)
    try forEachBlock(of: spool) { _, tokens in
      forEachToken(of: tokens) { counts[Int($0)] += 1 }
    }
    let all = counts.reduce(0, +) + UInt64(counts.count)
    return counts.map { count in
      // No logarithm of a share of fewer than 2^64 tokens is below -64.
      UInt64(((64 + log2(Double(count + 1) / Double(all))) * 0x1p32).rounded())
    }
  }

  // MARK: Tokens

  private func token(_ place: Int, of block: UnsafeRawBufferPointer) -> UInt32 {
    tokenType == .u16
      ? UInt32(
        UInt16(littleEndian: block.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self)))
      : UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))
  }

  @inline(__always)
  private func forEachToken(of block: UnsafeRawBufferPointer, _ body: (UInt32) -> Void) {
    for place in 0..<block.count / tokenType.byteCount { body(token(place, of: block)) }
  }

  @inline(__always)
  private func sum(of block: UnsafeRawBufferPointer, _ value: (UInt32) -> UInt64) -> UInt64 {
    var sum: UInt64 = 0
    forEachToken(of: block) { sum += value($0) }
    return sum
  }

  /// Calls `body` with each block's number and tokens, in natural order.
  private func forEachBlock(
    of spool: BlockSpool, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try spool.forEachBatch { batch in
      try cancellation?.check()
      for place in 0..<batch.count { try body(batch.first + UInt64(place), batch.tokens(place)) }
      progress?.advance(by: UInt64(batch.count))
    }
  }
}
