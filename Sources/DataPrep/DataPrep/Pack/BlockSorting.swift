import Glibc
import RingProtocol
import Shards
import Tokenization

/// Sorts the blocks of a spool by what a curriculum asks of their tokens, in bounded memory.
///
/// One pass over the spool, two where an order needs the counts of all tokens first, and a sort of 16 bytes a block.
struct BlockSorting: Sendable {
  let tokenizer: Tokenizer
  let tokenType: TokenType
  /// Ends each document.
  let separator: UInt32
  let cancellation: CancellationFlag?
  /// Part of the name of a file that lives while it is written.
  var label = "all"
  /// Bytes that the sort may take.
  var memory = 64 << 20

  /// A block and what it is sorted by.
  struct Key: ExchangeRecord {
    var key: UInt64
    var block: UInt64

    var bucketKey: UInt64 { key }

    static func < (left: Key, right: Key) -> Bool {
      (left.key, left.block) < (right.key, right.block)
    }
  }

  /// The numbers of the blocks in this order.
  func list(of spool: BlockSpool, by order: BlockOrder) throws -> BlockList {
    let measure = try measure(order, spool)
    let sort = ExternalSort<Key>(memory: memory, spillFolder: Folder.parent(of: spool.path))
    try forEachBlock(of: spool) { block, tokens in
      try sort.add(Key(key: measure(tokens), block: block))
    }
    return try BlockList(path: "\(spool.path).order-\(label)", try sort.sorted())
  }

  /// The key of a block: the least comes first.
  private func measure(
    _ order: BlockOrder, _ spool: BlockSpool
  ) throws -> (UnsafeRawBufferPointer) -> UInt64 {
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

  /// Calls `body` with each block's number and tokens, in natural order, reading some mebibytes at once.
  private func forEachBlock(
    of spool: BlockSpool, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = try InputFile(spool.path)
    let size = spool.recordBytes
    let many = max(1, (4 << 20) / size)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: many * size, alignment: 16)
    defer { buffer.deallocate() }
    for first in stride(from: 0, to: spool.count, by: many) {
      try cancellation?.check()
      let count = Int(min(UInt64(many), spool.count - first))
      try file.read(at: first * UInt64(size), into: .init(rebasing: buffer[..<(count * size)]))
      for place in 0..<count {
        let tokens = buffer[(place * size + BlockSpool.headBytes)..<((place + 1) * size)]
        try body(first + UInt64(place), UnsafeRawBufferPointer(rebasing: tokens))
      }
    }
  }
}
