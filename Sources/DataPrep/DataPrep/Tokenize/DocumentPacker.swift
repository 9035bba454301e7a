import RingProtocol
import Shards
import Tokenization

/// Encodes a corpus and packs it into the spools of both sides.
struct DocumentPacker {
  let corpus: Corpus
  let tokenizer: Tokenizer
  let around: PackingIDs
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
      try block.forEachDocument { tokens, origin throws(FileError) in
        try train.append(tokens, origin: origin)
      }
    }
    packing.sides = [try end(&train, "train")]
    return packing
  }

  private func packApart() throws -> Packing {
    var packing = try spoolPart(0)
    packing.sides = try divide([packing.documents])
    for name in Self.spoolNames(0) {
      for suffix in ["content", "sizes"] { try Folder.remove("\(folder)/\(name).\(suffix)") }
    }
    return packing
  }

  private static func spoolNames(_ part: Int) -> [String] { ["tokens-\(part)", "origins-\(part)"] }

  /// Encodes the corpus into the spools of one part: its documents wait there for those of the others.
  func spoolPart(_ part: Int) throws -> Packing {
    var packing = Packing()
    let names = Self.spoolNames(part)
    var tokens: DocumentSpool? = try DocumentSpool(folder: folder, name: names[0])
    var origins: DocumentSpool? = try DocumentSpool(folder: folder, name: names[1])
    try encode(into: &packing) { block in
      try block.withBytes { bytes, originBytes throws(FileError) in
        try tokens!.append(bytes, sizes: block.sizes)
        try origins!.append(originBytes, sizes: block.originSizes)
      }
    }
    try tokens.take()!.commit()
    try origins.take()!.commit()
    return packing
  }

  /// Reads the documents of all parts and sends each to its side.
  ///
  /// - Parameter parts: how many documents each part has.
  func divide(_ parts: [UInt64]) throws -> [Packing.Side] {
    let all = parts.reduce(0, +)
    let choice =
      options.heldout == .none || all == 0
      ? nil : HeldoutChoice(options.heldout, of: all, seed: options.seed)
    var train = try packer("train")
    var heldout: BlockPacker? = options.heldout == .none ? nil : try packer("heldout")
    var number: UInt64 = 0
    for (part, count) in parts.enumerated() {
      let names = Self.spoolNames(part)
      var documents = try DocumentSpool.reader(folder: folder, name: names[0], documents: count)
      var origins = try DocumentSpool.reader(folder: folder, name: names[1], documents: count)
      while let document = try documents.next(), let origin = try origins.next() {
        if choice?.holds(number) == true {
          try heldout!.append(document, origin: origin)
        } else {
          try train.append(document, origin: origin)
        }
        number += 1
        if number % 4096 == 0 { try cancellation?.check() }
      }
    }
    var sides = [try end(&train, "train")]
    if heldout != nil { sides.append(try end(&heldout!, "heldout")) }
    return sides
  }

  private func packer(_ side: String) throws(FileError) -> BlockPacker {
    try BlockPacker(
      path: Packing.Side.spoolPath(side, in: folder), sequenceLength: options.length,
      tokenBytes: tokenType.byteCount, padding: around.padding)
  }

  private func end(_ packer: inout BlockPacker, _ side: String) throws(FileError) -> Packing.Side {
    let (spool, tally) = try packer.finish()
    return Packing.Side(name: side, spool: spool, tally: tally)
  }

  /// Hands every encoded block to `collect`, in reading order, and counts it.
  private func encode(
    into packing: inout Packing, collect: (EncodedBlock) throws -> Void
  ) throws {
    let (tokenizer, around) = (tokenizer, around)
    let keepsOrigins = options.hasProvenance
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: {
        BlockEncoder(tokenizer, around: around, keepsOrigins: keepsOrigins)
      },
      work: { encoder, block in encoder.encode(block) },
      collect: { block in
        packing.input += block.input
        packing.characters += block.characters
        for (reason, tally) in block.dropped {
          packing.dropped[reason, default: Tally()] += tally
        }
        try collect(block)
      })
  }
}

extension EncodedBlock {
  /// All tokens and all origins, as raw bytes.
  func withBytes(
    _ body: (_ tokens: UnsafeRawBufferPointer, _ origins: UnsafeRawBufferPointer) throws(FileError)
      -> Void
  ) throws(FileError) {
    var failure: FileError?
    tokens.withUnsafeBytes { tokens in
      origins.withUnsafeBytes { origins in
        do throws(FileError) { try body(tokens, origins) } catch { failure = error }
      }
    }
    if let failure { throw failure }
  }

  /// The tokens and the origin of each document, in order.
  func forEachDocument(
    _ body: (_ tokens: UnsafeRawBufferPointer, _ origin: UnsafeRawBufferPointer) throws(FileError)
      -> Void
  ) throws(FileError) {
    try withBytes { tokens, origins throws(FileError) in
      var (at, originAt) = (0, 0)
      for (size, originSize) in zip(sizes, originSizes) {
        try body(
          UnsafeRawBufferPointer(rebasing: tokens[at..<at + size]),
          UnsafeRawBufferPointer(rebasing: origins[originAt..<originAt + originSize]))
        at += size
        originAt += originSize
      }
    }
  }
}
