import RingProtocol
import Synchronization

/// Where the documents of joined datasets come from: the documents of each dataset are numbered behind those of the one before.
final class OriginLookup: DocumentCatalog {
  /// A document in the table of one of the shards.
  private struct Place {
    var dataset: Int
    var shard: Int
    var row: Int
  }

  private struct OpenShard {
    let origins: ShardOrigins
    /// The numbers of its documents.
    let numbers: [UInt64]
  }

  private struct State: ~Copyable {
    var shards: [Int: [Int: OpenShard]] = [:]
    /// Where the documents lie that were met, by the shard that is written.
    var places: [UInt64: [UInt64: Place]] = [:]
  }

  private let datasets: [Dataset]
  /// The number of the first document of each dataset.
  private let firstDocument: [UInt64]
  private let shardSequences: UInt64
  private let state = Mutex(State())

  init(_ datasets: [Dataset], shardSequences: UInt64) {
    (self.datasets, self.shardSequences) = (datasets, shardSequences)
    firstDocument = datasets.reduce(into: [0]) { $0.append($0.last! + $1.manifest.documents) }
  }

  /// The pieces of the sequences `items` of a dataset, each with the joined number of its document.
  ///
  /// - Parameter place: where the sequences go: says which shard is being written.
  func pieces(
    _ items: Range<UInt64>, of dataset: Int, at place: UInt64
  ) throws(ShardError) -> [ArraySlice<DocumentPiece>] {
    var found: [ArraySlice<DocumentPiece>] = []
    found.reserveCapacity(items.count)
    var at = items.lowerBound
    while at < items.upperBound {
      let frame = datasets[dataset].frameIndex(of: at)
      let sequences = datasets[dataset].sequences(ofFrame: frame)
      let end = min(sequences.upperBound, items.upperBound)
      let location = datasets[dataset].location(ofFrame: frame)
      let shard = try shard(location.shard, of: dataset)
      let rows = try shard.origins.pieces(frame: location.frame)
      let skipped = Int(at - sequences.lowerBound)
      try append(
        rows, Int(skipped)..<skipped + Int(end - at), of: shard, (dataset, location.shard), place,
        to: &found)
      at = end
    }
    return found
  }

  private func append(
    _ rows: SequencePieces, _ wanted: Range<Int>, of shard: OpenShard,
    _ source: (dataset: Int, shard: Int), _ place: UInt64,
    to found: inout [ArraySlice<DocumentPiece>]
  ) throws(ShardError) {
    var (row, met) = (0, [UInt64: Place]())
    let first = firstDocument[source.dataset]
    rows.forEachSequence { pieces in
      defer { row += 1 }
      guard wanted.contains(row) else { return }
      let numbered = pieces.map { piece in
        var piece = piece
        let table = Int(piece.document)
        piece.document = first + shard.numbers[table]
        met[piece.document] = Place(dataset: source.dataset, shard: source.shard, row: table)
        return piece
      }
      found.append(numbered[...])
    }
    let target = place / shardSequences
    state.withLock { state in
      for old in state.places.keys where old < target { state.places[old] = nil }
      state.places[target, default: [:]].merge(met) { old, _ in old }
    }
  }

  private func shard(_ number: Int, of dataset: Int) throws(ShardError) -> OpenShard {
    try state.withLock { state throws(ShardError) in
      if let known = state.shards[dataset]?[number] { return known }
      let origins = try ShardOrigins(try datasets[dataset].openShard(number))
      let opened = OpenShard(origins: origins, numbers: try origins.allNumbers(threads: 1))
      guard opened.numbers.allSatisfy({ $0 < datasets[dataset].manifest.documents }) else {
        throw .badManifest(
          path: datasets[dataset].folder + "/" + Manifest.fileName,
          found: "its shards have documents beyond the \(datasets[dataset].manifest.documents)")
      }
      // Sequences are taken in order: those behind are not asked for again, but by a thread that is late.
      state.shards[dataset, default: [:]][number] = opened
      for old in state.shards[dataset]!.keys where old < number - 2 {
        state.shards[dataset]![old] = nil
      }
      return opened
    }
  }

  func origins(of numbers: [UInt64]) throws -> [DocumentOrigin] {
    let places = state.withLock { state in
      numbers.map { number in state.places.values.lazy.compactMap { $0[number] }.first }
    }
    var blocks: [[Int]: [OriginBlock.Entry]] = [:]
    var found: [DocumentOrigin] = []
    for (number, place) in zip(numbers, places) {
      guard let place else { preconditionFailure("document \(number) was never met") }
      let key = [place.dataset, place.shard, place.row / OriginBlock.documents]
      if blocks[key] == nil {
        blocks[key] = try shard(place.shard, of: place.dataset).origins.documents(block: key[2])
      }
      found.append(blocks[key]![place.row % OriginBlock.documents].origin)
    }
    return found
  }
}
