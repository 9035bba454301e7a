/// Sequences with masks put in, and what stood at the masked places.
///
/// The last micro-batch of an update may hold fewer sequences than the others.
public struct MaskedBatch: Sendable {
  /// B: how many sequences, all of one length T.
  public var sequences: Int
  /// What the model reads, [B · T].
  public var inputIDs: [UInt32]
  /// The places to predict, as rows of [B · T]: 0 to B · T − 1.
  public var places: [Int32]
  /// The true word at each place.
  public var labels: [UInt32]

  public init(sequences: Int, inputIDs: [UInt32], places: [Int32], labels: [UInt32]) {
    self.sequences = sequences
    self.inputIDs = inputIDs
    self.places = places
    self.labels = labels
  }
}
