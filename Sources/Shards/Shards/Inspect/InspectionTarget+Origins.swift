import RingProtocol

extension InspectionTarget {
  /// The documents of sequence `number`, in order; reads two small blocks of the index.
  public func trace(_ number: UInt64) throws(ShardError) -> [TracedPiece] {
    switch self {
    case .shard(let shard):
      let origins = try ShardOrigins(shard)
      try checkNumber(number)
      return try origins.trace(number)
    case .dataset(let dataset):
      try checkProvenance(dataset)
      try checkNumber(number)
      let shard = dataset.shardIndex(of: number)
      let origins = try ShardOrigins(try dataset.openShard(shard))
      return try origins.trace(number - dataset.firstSequence[shard])
    }
  }

  /// The sequences that hold a token of a document called `id`, rising; reads the names in every shard.
  ///
  /// - Throws: `ShardError.noDocument` where there is none.
  public func sequences(
    holding id: String, threads: Int
  ) throws(ShardError) -> [UInt64] {
    var found: [UInt64] = []
    switch self {
    case .shard(let shard): found = try ShardOrigins(shard).sequences(holding: id)
    case .dataset(let dataset):
      try checkProvenance(dataset)
      try OrderedMap.run(
        count: dataset.manifest.shards.count, threads: threads, makeWorker: { 0 },
        produce: { _, number throws(ShardError) in
          try ShardOrigins(try dataset.openShard(number)).sequences(holding: id)
        },
        consume: { number, sequences throws(ShardError) in
          found += sequences.map { dataset.firstSequence[number] + $0 }
        })
    }
    guard !found.isEmpty else { throw .noDocument(path: path, id: id) }
    return found
  }

  private var path: String {
    switch self {
    case .dataset(let dataset): dataset.folder
    case .shard(let shard): shard.path
    }
  }

  private func checkNumber(_ number: UInt64) throws(ShardError) {
    guard number < sequences else {
      throw .noSequence(path: path, sequence: number, count: sequences)
    }
  }

  private func checkProvenance(_ dataset: Dataset) throws(ShardError) {
    if !dataset.manifest.hasProvenance { throw .noProvenance(path: dataset.folder) }
  }
}
