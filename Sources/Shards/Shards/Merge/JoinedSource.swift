import RingProtocol
import Synchronization

/// The sequences of several datasets as one row, every frame verified on its way.
public final class JoinedSource: SequenceSource {
  public let count: UInt64
  private let datasets: [Dataset]
  private let readers: [DatasetReader]
  private let origins: OriginLookup?
  /// Which dataset each place takes; nil: one after the other.
  private let mixture: Mixture?
  private let width: Int

  /// - Parameter shardSequences: of the shards that are written from it: what is looked up for one is forgotten at the next.
  public init(_ join: DatasetJoin, keepingProvenance: Bool, shardSequences: UInt64) {
    datasets = join.datasets
    count = join.sequences
    width = join.datasets[0].manifest.sequenceBytes
    readers = join.datasets.map { DatasetReader($0, cachedFrames: 4) }
    origins =
      keepingProvenance && join.hasProvenance
      ? OriginLookup(join.datasets, shardSequences: shardSequences) : nil
    mixture =
      join.order == .interleaved && datasets.count > 1
      ? Mixture(weights: datasets.map(\.sequences)) : nil
    precondition(
      join.order == .concatenated || datasets.count == 1 || mixture != nil, "\(count) sequences")
  }

  public var hasOrigins: Bool { origins != nil }

  public func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { origins }

  public func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    let sources = sources(range)
    var pieces = [ArraySlice<DocumentPiece>](repeating: [], count: range.count)
    for (number, dataset) in datasets.indices.enumerated() {
      let places = sources.indices.filter { sources[$0].dataset == dataset }
      guard let first = places.first, let last = places.last else { continue }
      // The sequences that a range takes of one dataset follow each other.
      let items = sources[first].item..<sources[last].item + 1
      try copy(items, of: number, to: places, in: destination)
      guard let origins else { continue }
      let found = try origins.pieces(items, of: number, at: range.lowerBound)
      for (place, piece) in zip(places, found) { pieces[place] = piece }
    }
    var result = SequencePieces()
    result.reserve(range.count)
    for piece in pieces { result.append(piece) }
    return result
  }

  private func sources(_ range: Range<UInt64>) -> [(dataset: Int, item: UInt64)] {
    if let mixture { return mixture.sources(range) }
    var dataset = 0
    var begin: UInt64 = 0
    return range.map { place in
      while place >= begin + datasets[dataset].sequences {
        begin += datasets[dataset].sequences
        dataset += 1
      }
      return (dataset, place - begin)
    }
  }

  private func copy(
    _ items: Range<UInt64>, of dataset: Int, to places: [Int],
    in destination: UnsafeMutableRawBufferPointer
  ) throws {
    if places.count == places.last! - places.first! + 1 {
      let part = destination[places.first! * width..<(places.last! + 1) * width]
      return try readers[dataset].read(items, into: .init(rebasing: part))
    }
    let rows = UnsafeMutableRawBufferPointer.allocate(
      byteCount: items.count * width, alignment: 64)
    defer { rows.deallocate() }
    try readers[dataset].read(items, into: rows)
    for (row, place) in places.enumerated() {
      destination.baseAddress!.advanced(by: place * width).copyMemory(
        from: rows.baseAddress! + row * width, byteCount: width)
    }
  }
}
