import RingProtocol
import Shards
import Tokenization

/// Encodes a corpus and packs it into the spools of both sides.
struct DocumentPacker {
  let corpus: Corpus
  let tokenizer: Tokenizer
  let separator: UInt32
  let tokenType: TokenType
  let options: TokenizeOptions
  /// Where the spools go; it exists.
  let folder: String
  let threads: Int
  let cancellation: CancellationFlag?
  let progress: ProgressMeter?

  /// Does it; the spools are whole and `spool.json` is written when it returns.
  ///
  /// Without held-out documents the encoder's output goes straight into blocks. With them it waits in a spool of
  /// documents, because their number decides which are drawn: twice the space, for a time.
  func pack() throws -> Packing {
    let packing = options.heldout == .none ? try packAll() : try packApart()
    try packing.save(to: folder)
    return packing
  }

  private func packAll() throws -> Packing {
    var packing = Packing()
    var train = try packer("train")
    try encode(into: &packing) { block in
      try block.forEachDocument { bytes throws(FileError) in try train.append(bytes) }
    }
    packing.sides = [try end(&train, "train")]
    return packing
  }

  private func packApart() throws -> Packing {
    var packing = Packing()
    var spool = try DocumentSpool(folder: folder)
    try encode(into: &packing) { block in
      try block.withTokens { bytes throws(FileError) in
        try spool.append(bytes, sizes: block.sizes)
      }
    }
    let paths = spool.paths
    var documents = try spool.finish()
    packing.sides = try divide(&documents)
    for path in paths { try Folder.remove(path) }
    return packing
  }

  /// Reads the documents again and sends each to its side.
  private func divide(_ documents: inout DocumentSpool.Reader) throws -> [Packing.Side] {
    let choice = HeldoutChoice(options.heldout, of: documents.documents, seed: options.seed)
    var train = try packer("train")
    var heldout = try packer("heldout")
    var number: UInt64 = 0
    while let document = try documents.next() {
      if choice.holds(number) {
        try heldout.append(document)
      } else {
        try train.append(document)
      }
      number += 1
      if number % 4096 == 0 { try cancellation?.check() }
    }
    return [try end(&train, "train"), try end(&heldout, "heldout")]
  }

  private func packer(_ side: String) throws(FileError) -> BlockPacker {
    let fullStop = options.order == .sentenceLength ? tokenizer.id(of: ".") : nil
    return try BlockPacker(
      path: Packing.Side.spoolPath(side, in: folder), sequenceLength: options.length,
      tokenBytes: tokenType.byteCount, fullStop: fullStop.map(UInt32.init))
  }

  private func end(_ packer: inout BlockPacker, _ side: String) throws(FileError) -> Packing.Side {
    let (spool, tally) = try packer.finish()
    return Packing.Side(name: side, spool: spool, tally: tally)
  }

  /// Hands every encoded block to `collect`, in reading order, and counts it.
  private func encode(
    into packing: inout Packing, collect: (EncodedBlock) throws -> Void
  ) throws {
    let (tokenizer, separator, tokenType) = (tokenizer, separator, tokenType)
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { BlockEncoder(tokenizer, separator: separator, tokenType: tokenType) },
      work: { encoder, block in encoder.encode(block) },
      collect: { block in
        packing.input += block.input
        for (reason, tally) in block.dropped {
          packing.dropped[reason, default: Tally()] += tally
        }
        try collect(block)
      })
  }
}

extension EncodedBlock {
  /// All tokens, as raw bytes.
  func withTokens(
    _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    var failure: FileError?
    tokens.withUnsafeBytes { bytes in
      do throws(FileError) { try body(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The tokens of each document, in order.
  func forEachDocument(
    _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    try withTokens { bytes throws(FileError) in
      var at = 0
      for size in sizes {
        try body(UnsafeRawBufferPointer(rebasing: bytes[at..<at + size]))
        at += size
      }
    }
  }
}
