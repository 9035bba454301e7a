import RingProtocol

/// Documents as tokens, as another format holds them.
public protocol TokenCollection: Sendable {
  /// Tokens of all documents up to the end of each: rising.
  var documentEnds: [UInt64] { get }

  /// The paths of what it is read from.
  var files: [String] { get }

  /// Reads the tokens in `range`, counted through all documents; any thread may.
  func read(_ range: Range<UInt64>, into target: UnsafeMutableBufferPointer<UInt32>) throws

  /// Where a document comes from.
  func origin(of document: UInt64) -> DocumentOrigin
}

extension TokenCollection {
  /// Tokens of all documents.
  public var tokens: UInt64 { documentEnds.last ?? 0 }

  /// The first document that ends behind `token`, which is one of theirs.
  func document(holding token: UInt64) -> Int {
    var (low, high) = (0, documentEnds.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if documentEnds[middle] <= token { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The highest id that occurs; reads everything.
  public func maximumID(progress: ProgressMeter?, cancellation: CancellationFlag) throws -> UInt32 {
    var maximum: UInt32 = 0
    let step: UInt64 = 1 << 20
    var buffer = [UInt32](repeating: 0, count: Int(min(step, tokens)))
    for begin in stride(from: 0, to: tokens, by: Int(step)) {
      try cancellation.check()
      let range = begin..<min(begin + step, tokens)
      try buffer.withUnsafeMutableBufferPointer { buffer in
        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<range.count])
        try read(range, into: part)
        maximum = part.reduce(maximum, max)
      }
      progress?.advance(by: UInt64(range.count))
    }
    return maximum
  }
}

/// A collection cut into sequences of equal length, documents end to end, as a dataset stores them.
///
/// What is left at the end and fills no sequence is dropped.
public final class ImportedSource: SequenceSource {
  public let count: UInt64
  private let collection: any TokenCollection
  private let path: String
  private let length: Int
  private let type: TokenType
  private let vocabularySize: Int
  public let hasOrigins: Bool

  /// - Parameter path: what is imported, for errors.
  public init(
    _ collection: any TokenCollection, path: String, length: Int, vocabularySize: Int,
    hasProvenance: Bool
  ) {
    (self.collection, self.path, self.length) = (collection, path, length)
    (self.vocabularySize, hasOrigins) = (vocabularySize, hasProvenance)
    type = TokenType(vocabularySize: vocabularySize)
    count = collection.tokens / UInt64(length)
  }

  /// Tokens at the end that fill no sequence.
  public var tailTokens: UInt64 { collection.tokens % UInt64(length) }

  public func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? {
    hasOrigins ? CollectionCatalog(collection: collection) : nil
  }

  public func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    let tokens = range.lowerBound * UInt64(length)..<range.upperBound * UInt64(length)
    var wide = [UInt32](repeating: 0, count: tokens.count)
    try wide.withUnsafeMutableBufferPointer { try collection.read(tokens, into: $0) }
    if let place = wide.firstIndex(where: { $0 >= vocabularySize }) {
      throw ShardError.notImportable(
        path: path,
        found:
          "token \(tokens.lowerBound + UInt64(place)) is \(wide[place]), beyond a vocabulary of \(vocabularySize); give the tokenizer that made it, or --vocabulary-size"
      )
    }
    for (place, id) in wide.enumerated() {
      switch type {
      case .u16:
        destination.storeBytes(
          of: UInt16(id).littleEndian, toByteOffset: 2 * place, as: UInt16.self)
      case .u32:
        destination.storeBytes(of: id.littleEndian, toByteOffset: 4 * place, as: UInt32.self)
      }
    }
    return pieces(tokens)
  }

  private func pieces(_ tokens: Range<UInt64>) -> SequencePieces {
    let ends = collection.documentEnds
    var document = collection.document(holding: tokens.lowerBound)
    var result = SequencePieces()
    for begin in stride(from: tokens.lowerBound, to: tokens.upperBound, by: length) {
      var (at, row) = (begin, [DocumentPiece]())
      while at < begin + UInt64(length) {
        while ends[document] <= at { document += 1 }
        let first = document == 0 ? 0 : ends[document - 1]
        let end = min(ends[document], begin + UInt64(length))
        row.append(
          DocumentPiece(
            document: UInt64(document), offset: at - first, tokens: UInt32(end - at)))
        at = end
      }
      result.append(row)
    }
    return result
  }

  /// How long the documents are.
  public var documentLengths: LengthDistribution {
    var lengths = LengthDistribution()
    forEachDocument { lengths.add(UInt64($0.count)) }
    return lengths
  }

  /// Hands the tokens of each document to `body`, counted through all.
  private func forEachDocument(_ body: (Range<UInt64>) -> Void) {
    var begin: UInt64 = 0
    for end in collection.documentEnds {
      body(begin..<end)
      begin = end
    }
  }

  /// Adds up what goes in, what comes out and what is left; bytes are those of the tokens as the dataset holds them, unpacked.
  ///
  /// A document without a token counts as dropped for `empty`, one whose tokens all lie behind the last sequence for `tail`;
  /// what is cut from the document that goes on beyond it is changed for `tail`.
  public func account(_ report: inout StageReport) {
    let (kept, width) = (count * UInt64(length), UInt64(type.byteCount))
    var (input, output, empty, tail, cut) = (Tally(), Tally(), Tally(), Tally(), Tally())
    forEachDocument { tokens in
      let lost = tokens.upperBound - max(tokens.lowerBound, min(tokens.upperBound, kept))
      let (all, lostBytes) = (Int(width) * tokens.count, Int(width * lost))
      input.add(all)
      switch lost {
      case 0 where tokens.isEmpty: empty.add(0)
      case 0: output.add(all)
      case UInt64(tokens.count): tail.add(all)
      default:
        output.add(all - lostBytes)
        cut.add(lostBytes)
      }
    }
    (report.input, report.output) = (input, output)
    report.dropped = ["empty": empty, "tail": tail].filter { $0.value.documents > 0 }
    report.changed = ["tail": cut].filter { $0.value.documents > 0 }
  }
}

private struct CollectionCatalog: DocumentCatalog {
  let collection: any TokenCollection

  func origins(of numbers: [UInt64]) -> [DocumentOrigin] { numbers.map(collection.origin) }
}
