import Glibc
import RingProtocol

/// What manifest and indexes tell together: counts by shard, token frequencies, how sources lie along the data.
///
/// No sequence is read. Each shard costs its index: the histogram and the packing summary, some tens of kB.
public struct DatasetReport: Sendable {
  public let inspection: Inspection
  public let shards: [ShardFigures]
  /// How often each id occurs.
  public let histogram: [UInt64]
  public let frequencies: FrequencyCurve
  /// Of all shards together; without sources, which `mixture` has.
  public let packing: PackingSummary
  public let mixture: SourceMixture
  /// Nil where nobody knows.
  public let documentLengths: LengthDistribution?
  public let charactersPerToken: Double?

  /// What tells one shard from another.
  public struct ShardFigures: Sendable, Equatable {
    public var file: String
    public var sequences: UInt64
    public var documents: UInt64
    public var bytes: UInt64
    /// Bits that a token takes on disk.
    public var bitsPerToken: Double
    /// How many of them tell where the token comes from.
    public var bitsOfProvenance: Double
    /// The mean over its tokens of log₂ of how often the token occurs in the whole dataset.
    public var meanLogProbability: Double
  }

  /// Reads the index of every shard, on `threads` threads.
  public init(
    _ target: InspectionTarget, path: String, threads: Int, progress: ProgressMeter? = nil
  ) throws(ShardError) {
    inspection = try Inspection(target, path: path)
    let indexes = try Self.indexes(of: target, threads: threads, progress: progress)
    var histogram = [UInt64](repeating: 0, count: inspection.vocabularySize)
    var packing = PackingSummary()
    for index in indexes {
      for (id, count) in index.histogram.enumerated() { histogram[id] += count }
      packing.add(index.packing)
    }
    let tokens = Double(inspection.tokens)
    let logs = histogram.map { $0 == 0 ? 0 : log2(Double($0) / tokens) }
    shards = indexes.map { $0.figures(logs: logs) }
    self.histogram = histogram
    self.packing = packing
    frequencies = FrequencyCurve(histogram: histogram)
    mixture = SourceMixture(indexes.map(\.packing), sequenceLength: inspection.sequenceLength)
    documentLengths = inspection.distributions?.documentLengths
    charactersPerToken = inspection.distributions?.charactersPerToken
  }

  /// What is read of one shard.
  private struct Index: Sendable {
    var header: ShardHeader
    var file: String
    var documents: UInt64
    var bytes: UInt64
    var provenanceBytes: UInt64
    var histogram: [UInt64]
    var packing: PackingSummary

    init(_ shard: ShardReader) throws(ShardError) {
      header = shard.header
      file = Folder.name(of: shard.path)
      documents = shard.documents
      bytes = shard.byteCount
      provenanceBytes = shard.provenanceBytes
      histogram = try shard.histogram()
      packing = try shard.packing() ?? PackingSummary()
    }

    func figures(logs: [Double]) -> ShardFigures {
      let tokens = Double(header.tokens)
      let sum = zip(histogram, logs).reduce(0.0) { $0 + Double($1.0) * $1.1 }
      return ShardFigures(
        file: file, sequences: header.sequences, documents: documents, bytes: bytes,
        bitsPerToken: 8 * Double(bytes) / tokens,
        bitsOfProvenance: 8 * Double(provenanceBytes) / tokens, meanLogProbability: sum / tokens)
    }
  }

  private static func indexes(
    of target: InspectionTarget, threads: Int, progress: ProgressMeter?
  ) throws(ShardError) -> [Index] {
    guard case .dataset(let dataset) = target else {
      guard case .shard(let shard) = target else { return [] }
      return [try Index(shard)]
    }
    var indexes: [Index] = []
    try OrderedMap.run(
      count: dataset.manifest.shards.count, threads: threads, makeWorker: { 0 },
      produce: { _, number throws(ShardError) in try Index(try dataset.openShard(number)) },
      consume: { _, index throws(ShardError) in
        indexes.append(index)
        progress?.advance(by: 1)
      })
    return indexes
  }

  /// The spread of the shards' mean log-probability: how far apart the lowest and the highest are, in bits.
  public var drift: Double {
    let means = shards.map(\.meanLogProbability)
    return (means.max() ?? 0) - (means.min() ?? 0)
  }

  public var json: JSONValue {
    var json = inspection.json
    json["distributions"] =
      Manifest.Distributions(
        packing: packing, frequencies: frequencies, documentLengths: documentLengths,
        charactersPerToken: charactersPerToken
      ).json
    json["sources"] = mixture.json
    json["drift_bits"] = .double(drift)
    json["by_shard"] = .array(shards.map(\.json))
    return json
  }
}

extension DatasetReport.ShardFigures {
  var json: JSONValue {
    [
      "file": .string(file), "sequences": .unsigned(sequences), "documents": .unsigned(documents),
      "bytes": .unsigned(bytes), "bits_per_token": .double(bitsPerToken),
      "provenance_bits_per_token": .double(bitsOfProvenance),
      "mean_log2_probability": .double(meanLogProbability),
    ]
  }
}
