import RingProtocol

/// A piece of a document in a sequence, with where the document comes from.
public struct TracedPiece: Equatable, Sendable {
  public var origin: DocumentOrigin
  /// The document's number in its dataset.
  public var number: UInt64
  /// Tokens of the document before the piece.
  public var offset: UInt64
  public var tokens: UInt32
}

/// Reads where the sequences of a shard come from, a block at a time.
public struct ShardOrigins: Sendable {
  private let shard: ShardReader
  private let documents: BlockedSection
  private let pieces: BlockedSection

  /// Reads the directories; a few kB.
  ///
  /// - Throws: `ShardError.noProvenance` where the shard was written without.
  public init(_ shard: ShardReader) throws(ShardError) {
    guard let documents = try shard.blocks(of: .origins), let pieces = try shard.blocks(of: .pieces)
    else { throw .noProvenance(path: shard.path) }
    guard documents.records == shard.documents, documents.blockRecords == OriginBlock.documents
    else { throw shard.sectionFault(.origins) }
    guard pieces.records == shard.header.sequences,
      pieces.blockRecords == shard.header.frameSequences
    else { throw shard.sectionFault(.pieces) }
    (self.shard, self.documents, self.pieces) = (shard, documents, pieces)
  }

  /// Blocks of documents.
  var documentBlocks: Int { documents.blocks.count }

  /// The documents of one block of the table, which has `OriginBlock.documents` of them.
  func documents(block: Int) throws(ShardError) -> [OriginBlock.Entry] {
    let plain = try shard.plain(block: block, of: documents, .origins)
    guard let entries = OriginBlock.decoded(plain, count: documents.records(ofBlock: block)) else {
      throw shard.sectionFault(.origins)
    }
    return entries
  }

  /// The numbers of all documents of the table, in order.
  func allNumbers(threads: Int) throws(ShardError) -> [UInt64] {
    var numbers: [UInt64] = []
    numbers.reserveCapacity(Int(documents.records))
    try OrderedMap.run(
      count: documentBlocks, threads: threads, makeWorker: { 0 },
      produce: { _, block throws(ShardError) in try documents(block: block).map(\.number) },
      consume: { _, block throws(ShardError) in numbers += block })
    return numbers
  }

  /// The pieces of a frame's sequences, documents by their place in the table.
  func pieces(frame: Int) throws(ShardError) -> SequencePieces {
    let plain = try shard.plain(block: frame, of: pieces, .pieces)
    let decoded = PieceBlock.decoded(
      plain, sequences: pieces.records(ofBlock: frame),
      sequenceLength: shard.header.sequenceLength, documents: documents.records)
    guard let decoded else { throw shard.sectionFault(.pieces) }
    return decoded
  }

  /// The documents of sequence `number` of the shard, in order.
  public func trace(_ number: UInt64) throws(ShardError) -> [TracedPiece] {
    let frame = Int(number / UInt64(shard.header.frameSequences))
    let sequences = try pieces(frame: frame)
    let place = Int(number % UInt64(shard.header.frameSequences))
    let first = sequences.counts[..<place].reduce(0) { $0 + Int($1) }
    var known: [Int: [OriginBlock.Entry]] = [:]
    var traced: [TracedPiece] = []
    for piece in sequences.pieces[first..<first + Int(sequences.counts[place])] {
      let block = Int(piece.document) / OriginBlock.documents
      if known[block] == nil { known[block] = try documents(block: block) }
      let entry = known[block]![Int(piece.document) % OriginBlock.documents]
      traced.append(
        TracedPiece(
          origin: entry.origin, number: entry.number, offset: piece.offset, tokens: piece.tokens))
    }
    return traced
  }

  /// The places in the table of the documents called `id`.
  func places(ofDocument id: String) throws(ShardError) -> [UInt64] {
    var found: [UInt64] = []
    for block in 0..<documentBlocks {
      for (place, entry) in try documents(block: block).enumerated() where entry.origin.id == id {
        found.append(UInt64(block * OriginBlock.documents + place))
      }
    }
    return found
  }

  /// The sequences of the shard that hold a token of a document called `id`, rising.
  public func sequences(holding id: String) throws(ShardError) -> [UInt64] {
    let wanted = Set(try places(ofDocument: id))
    guard !wanted.isEmpty else { return [] }
    var found: [UInt64] = []
    for frame in 0..<shard.frameCount {
      var number = shard.header.sequences(ofFrame: frame).lowerBound
      try pieces(frame: frame).forEachSequence { pieces in
        if pieces.contains(where: { wanted.contains($0.document) }) { found.append(number) }
        number += 1
      }
    }
    return found
  }
}
