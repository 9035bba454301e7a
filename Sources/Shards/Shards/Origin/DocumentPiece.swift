/// A stretch of a document inside a sequence.
public struct DocumentPiece: Equatable, Sendable {
  /// The number of the document in its dataset.
  public var document: UInt64
  /// Tokens of the document before this piece.
  public var offset: UInt64
  /// Tokens of no document between the piece before (or the sequence's start) and this one.
  public var gap: UInt32
  /// Tokens of this piece.
  public var tokens: UInt32

  public init(document: UInt64, offset: UInt64, gap: UInt32 = 0, tokens: UInt32) {
    (self.document, self.offset, self.gap, self.tokens) = (document, offset, gap, tokens)
  }

  /// Where in the document the piece ends.
  public var end: UInt64 { offset + UInt64(tokens) }

  /// Whether `next` is what stands behind this piece where documents lie end to end.
  func isFollowed(by next: DocumentPiece) -> Bool {
    next.document == document
      ? next.offset == end : next.document == document + 1 && next.offset == 0
  }
}

/// Which pieces of documents sequences hold, sequence after sequence.
public struct SequencePieces: Equatable, Sendable {
  /// How many pieces each sequence has.
  public private(set) var counts: [UInt32]
  /// The pieces of all sequences, in order.
  public private(set) var pieces: [DocumentPiece]

  public init() {
    (counts, pieces) = ([], [])
  }

  /// Makes room for so many sequences.
  public mutating func reserve(_ sequences: Int) {
    counts.reserveCapacity(sequences)
    pieces.reserveCapacity(sequences + sequences / 2)
  }

  /// Adds a sequence; it may hold no piece.
  public mutating func append(_ sequence: some Collection<DocumentPiece>) {
    counts.append(UInt32(sequence.count))
    pieces.append(contentsOf: sequence)
  }

  /// Adds a sequence of one piece.
  public mutating func append(_ piece: DocumentPiece) {
    counts.append(1)
    pieces.append(piece)
  }

  mutating func append(contentsOf other: SequencePieces) {
    counts += other.counts
    pieces += other.pieces
  }

  /// Calls `body` with the pieces of each sequence.
  func forEachSequence(_ body: (ArraySlice<DocumentPiece>) throws -> Void) rethrows {
    var first = 0
    for count in counts {
      try body(pieces[first..<first + Int(count)])
      first += Int(count)
    }
  }

  /// The documents of which they hold a token.
  var documents: DocumentSet {
    DocumentSet(pieces.map { $0.document...$0.document })
  }
}

/// Where a document comes from.
public struct DocumentOrigin: Equatable, Sendable {
  /// Its id, or `FILE:LINE` where it had none.
  public var id: String
  /// The file that was read.
  public var file: String
  /// What the document itself named as its source.
  public var source: String?

  public init(id: String, file: String, source: String?) {
    (self.id, self.file, self.source) = (id, file, source)
  }

  /// What the document is counted under where sources are told apart.
  var group: String { source ?? file }
}

/// Tells the origins of a dataset's documents.
public protocol DocumentCatalog: Sendable {
  /// The origins of the documents `numbers`, which rise.
  ///
  /// Called from several threads at once.
  func origins(of numbers: [UInt64]) throws -> [DocumentOrigin]
}
