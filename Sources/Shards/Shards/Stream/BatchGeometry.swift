/// How the stream of positions is cut into batches, and which share of each one rank takes.
///
/// From position s on, batch b is [s + b·B, s + (b+1)·B), clipped at the epoch's end, where a new batch begins. Rank r
/// of R takes the r-th of R equal shares of it, clipped likewise; near an epoch's end that may be nothing.
public struct BatchGeometry: Equatable, Sendable {
  /// B: sequences of a batch over all ranks; a multiple of `worldSize`.
  public let batchSequences: UInt64
  public let rank: UInt64
  public let worldSize: UInt64
  public let sequencesPerEpoch: UInt64
  /// After how many epochs the data ends; nil: never.
  public let epochs: UInt64?

  public init(
    batchSequences: UInt64, rank: UInt64 = 0, worldSize: UInt64 = 1, sequencesPerEpoch: UInt64,
    epochs: UInt64? = nil
  ) {
    precondition(worldSize > 0 && rank < worldSize, "rank \(rank) of \(worldSize)")
    precondition(
      batchSequences > 0 && batchSequences % worldSize == 0,
      "\(batchSequences) over \(worldSize) ranks")
    precondition(sequencesPerEpoch > 0)
    self.batchSequences = batchSequences
    self.rank = rank
    self.worldSize = worldSize
    self.sequencesPerEpoch = sequencesPerEpoch
    self.epochs = epochs
  }

  /// Nothing lies at or behind this position: far enough from the end of 64 bits for all arithmetic.
  public static let limit: UInt64 = 1 << 62

  /// Whether this rank ever gets anything: an epoch shorter than a batch may end before its share.
  public var hasShare: Bool { share(rank) < sequencesPerEpoch }

  /// The first position behind the data.
  public var end: UInt64 {
    let product = (epochs ?? .max).multipliedReportingOverflow(by: sequencesPerEpoch)
    return product.overflow ? Self.limit : min(product.partialValue, Self.limit)
  }

  /// This rank's share of the batch that begins at `base`, and where the next batch begins; nil at the end of the data.
  public func batch(at base: UInt64) -> (share: Range<UInt64>, next: UInt64)? {
    if base >= end { return nil }
    let epochEnd = (base / sequencesPerEpoch + 1) * sequencesPerEpoch
    let first = min(base + share(rank), epochEnd)
    return (first..<min(base + share(rank + 1), epochEnd), min(base + batchSequences, epochEnd))
  }

  private func share(_ rank: UInt64) -> UInt64 { rank * (batchSequences / worldSize) }
}
