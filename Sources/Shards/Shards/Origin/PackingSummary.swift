import RingProtocol

/// How documents lie in the sequences of a shard, or of a dataset: sums that tell about order and mixture without reading anything else.
public struct PackingSummary: Equatable, Sendable {
  /// Sequences by how many pieces of documents they hold: 0, 1, …, and at the end all with more.
  public var sequencesByPieces: [UInt64]
  /// Sequences that go on where the one before ended.
  public var followers: UInt64
  /// The longest row of sequences whose places in the documents rise.
  public var longestRise: UInt64
  /// The sources, those with most tokens first; none where provenance is left out.
  public var sources: [String]
  /// For each part of the data in order (a frame), the tokens of each source, and at the end those of all others.
  public var tokensByPart: [[UInt64]]

  static let pieceCounts = 17
  /// The most sources that are told apart.
  static let maximumSources = 24

  init() {
    sequencesByPieces = Array(repeating: 0, count: Self.pieceCounts)
    (followers, longestRise) = (0, 0)
    (sources, tokensByPart) = ([], [])
  }

  /// Documents that a sequence touches on average.
  public var piecesPerSequence: Double {
    let sequences = sequencesByPieces.reduce(0, +)
    let pieces = sequencesByPieces.enumerated().reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return sequences == 0 ? 0 : pieces / Double(sequences)
  }
}

/// Sums up packing as sequences come.
struct PackingCounter {
  private(set) var summary = PackingSummary()
  private var last: (first: DocumentPiece, last: DocumentPiece)?
  private var rise: UInt64 = 0

  mutating func add(_ sequences: SequencePieces) {
    sequences.forEachSequence { add($0) }
  }

  private mutating func add(_ pieces: ArraySlice<DocumentPiece>) {
    summary.sequencesByPieces[min(pieces.count, PackingSummary.pieceCounts - 1)] += 1
    guard let first = pieces.first, let end = pieces.last else {
      last = nil
      rise = 0
      return
    }
    if let last, last.last.isFollowed(by: first) { summary.followers += 1 }
    let rises = last.map { ($0.first.document, $0.first.offset) < (first.document, first.offset) }
    rise = rises == true ? rise + 1 : 1
    summary.longestRise = max(summary.longestRise, rise)
    last = (first, end)
  }
}

extension PackingSummary {
  /// The content of its section: one zstd frame.
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    for count in sequencesByPieces { bytes.append(variable: count) }
    bytes.append(variable: followers)
    bytes.append(variable: longestRise)
    bytes.append(variable: UInt64(sources.count))
    for source in sources { bytes.append(text: source) }
    bytes.append(variable: UInt64(tokensByPart.count))
    for part in tokensByPart {
      for count in part { bytes.append(variable: count) }
    }
    return BlockedSection.pack(bytes).bytes
  }

  /// Reads a section; nil where it is not one of so many frames.
  init?(section bytes: UnsafeRawBufferPointer, frames: Int) {
    guard let plain = ZstdFrame.unpacked(bytes, limit: BlockedSection.maximumBlockBytes) else {
      return nil
    }
    self.init()
    let isRead = plain.withUnsafeBytes { raw -> Bool in
      var reader = ByteReader(raw)
      return read(&reader, frames: frames) && reader.isAtEnd
    }
    if !isRead { return nil }
  }

  private mutating func read(_ reader: inout ByteReader, frames: Int) -> Bool {
    guard let counts = reader.variables(Self.pieceCounts), let followers = reader.variable(),
      let longestRise = reader.variable(), let size = reader.variable(upTo: Self.maximumSources)
    else { return false }
    (sequencesByPieces, self.followers, self.longestRise) = (counts, followers, longestRise)
    for _ in 0..<size {
      guard let source = reader.text() else { return false }
      sources.append(source)
    }
    guard let parts = reader.variable(upTo: frames), parts == frames || parts == 0 else {
      return false
    }
    for _ in 0..<parts {
      guard let row = reader.variables(size + 1) else { return false }
      tokensByPart.append(row)
    }
    return true
  }
}
