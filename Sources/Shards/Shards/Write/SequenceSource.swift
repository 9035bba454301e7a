/// Where a writer gets the sequences of a dataset from, in the order in which they are to be stored.
public protocol SequenceSource: Sendable {
  /// How many there are.
  var count: UInt64 { get }

  /// Whether it knows where the documents come from.
  var hasOrigins: Bool { get }

  /// Where the documents of the sequences in `range` come from, which were filled before; nil where nobody knows.
  func catalog(of range: Range<UInt64>) throws -> (any DocumentCatalog)?

  /// Copies the sequences in `range`, as they are to be stored, into `destination`, which has exactly their size.
  ///
  /// Called from several threads at once.
  ///
  /// - Returns: which pieces of documents each of the sequences holds.
  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces
}
