/// Where a writer gets the sequences of a dataset from, in the order in which they are to be stored.
public protocol SequenceSource: Sendable {
  /// How many there are.
  var count: UInt64 { get }

  /// Copies the sequences in `range`, as they are to be stored, into `destination`, which has exactly their size.
  ///
  /// Called from several threads at once.
  ///
  /// - Returns: for each sequence the documents, by number, of which it holds a token.
  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> [ClosedRange<UInt64>]
}
