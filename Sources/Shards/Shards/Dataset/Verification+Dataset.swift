import RingProtocol

extension Verification {
  /// Every fault of the dataset in `folder`: its manifest, every byte of every shard, and that they are the shards of the manifest.
  ///
  /// - Parameter progress: counts the sequences that were checked.
  public static func problems(
    dataset folder: String, threads: Int, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws(Interrupted) -> [ShardError] {
    let dataset: Dataset
    do throws(ShardError) {
      dataset = Dataset(manifest: try Manifest.read(folder), folder: folder)
    } catch { return [error] }
    var content = ContentDigest(dataset.manifest)
    var problems: [ShardError] = []
    for shard in dataset.manifest.shards.indices {
      try cancellation.check()
      problems += content.add(shard, of: dataset, threads: threads)
      progress?.advance(by: dataset.manifest.shards[shard].sequences)
    }
    return problems.isEmpty ? content.problems(of: dataset) : problems
  }
}

/// What the manifest says of the content as a whole, counted again.
private struct ContentDigest: ~Copyable {
  private var fingerprint: Fingerprint
  private var histogram: [UInt64]

  init(_ manifest: Manifest) {
    fingerprint = Fingerprint(manifest)
    histogram = Array(repeating: 0, count: manifest.vocabularySize)
  }

  /// Verifies shard `number` and counts its content; what is wrong with it.
  mutating func add(_ number: Int, of dataset: Dataset, threads: Int) -> [ShardError] {
    do throws(ShardError) {
      try dataset.checkSize(ofShard: number)
      let reader = try dataset.openShard(number)
      let problems = Verification.problems(of: reader, threads: threads) { fingerprint.update($0) }
      guard problems.isEmpty else { return problems }
      for (id, count) in try reader.histogram().enumerated() { histogram[id] += count }
      return try checkDigest(of: reader, wanted: dataset.manifest.shards[number].sha256)
    } catch { return [error] }
  }

  private func checkDigest(
    of reader: ShardReader, wanted: String
  ) throws(ShardError) -> [ShardError] {
    let found: String
    do throws(FileError) { found = try SHA256.hex(ofFile: reader.path) } catch {
      throw .file(error)
    }
    guard found != wanted else { return [] }
    return [
      .foreignShard(
        path: reader.path, found: "its SHA-256 is \(found), and the manifest says \(wanted)")
    ]
  }

  /// What the whole shards do not bear out.
  consuming func problems(of dataset: Dataset) -> [ShardError] {
    let manifest = dataset.manifest
    let path = dataset.folder + "/" + Manifest.fileName
    let statistics = TokenStatistics(histogram: histogram, roles: manifest.roles)
    var problems: [ShardError] = []
    let found = fingerprint.finalize()
    if found != manifest.fingerprint {
      problems.append(
        .badManifest(
          path: path,
          found: "the fingerprint of the content is \(found), not \(manifest.fingerprint)"))
    }
    if !statistics.agrees(with: manifest.statistics) {
      problems.append(
        .badManifest(path: path, found: "its statistics are not those of the content"))
    }
    return problems
  }
}
