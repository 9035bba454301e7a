import RingProtocol

/// What `cram inspect` looks at: a dataset, or one shard alone.
public enum InspectionTarget: Sendable {
  case dataset(Dataset)
  case shard(ShardReader)

  /// Opens a folder with `manifest.json`, or a shard.
  public static func open(_ path: String) throws(ShardError) -> InspectionTarget {
    switch Folder.kind(of: path) {
    case .folder: .dataset(try Dataset.open(try datasetFolder(path)))
    case .file, .nothing: .shard(try ShardReader(path))
    case .other:
      // Opening a pipe would wait for its other end.
      throw .notAShard(path: path, offset: 0, found: "there is no regular file")
    }
  }

  /// `path` without a slash at its end, when it holds a manifest.
  public static func datasetFolder(_ path: String) throws(ShardError) -> String {
    let folder = Folder.trimmed(path)
    guard Folder.kind(of: folder + "/" + Manifest.fileName) == .nothing else { return folder }
    let sides = ["train", "heldout"].filter {
      Folder.kind(of: "\(folder)/\($0)/\(Manifest.fileName)") == .file
    }
    throw .noDataset(path: folder, inside: sides.map { folder + "/" + $0 })
  }

  /// How many sequences it holds.
  public var sequences: UInt64 {
    switch self {
    case .dataset(let dataset): dataset.sequences
    case .shard(let shard): shard.header.sequences
    }
  }

  /// The folder in which, or above which, its tokenizer lies.
  public var folder: String {
    switch self {
    case .dataset(let dataset): dataset.folder
    case .shard(let shard): Folder.parent(of: shard.path)
    }
  }

  /// SHA-256 of its tokenizer.json.
  public var tokenizerSHA256: String {
    switch self {
    case .dataset(let dataset): dataset.manifest.tokenizerSHA256
    case .shard(let shard): shard.header.tokenizerSHA256
    }
  }

  /// The ids of sequence `number`; reads and verifies the frame that holds it.
  public func ids(of number: UInt64) throws(ShardError) -> [UInt32] {
    switch self {
    case .dataset(let dataset):
      guard number < dataset.sequences else {
        throw .noSequence(path: dataset.folder, sequence: number, count: dataset.sequences)
      }
      let frame = dataset.frameIndex(of: number)
      let place = dataset.location(ofFrame: frame)
      let first = dataset.sequences(ofFrame: frame).lowerBound
      return try Self.ids(
        place: Int(number - first), frame: place.frame, of: try dataset.openShard(place.shard))
    case .shard(let shard):
      guard number < shard.header.sequences else {
        throw .noSequence(path: shard.path, sequence: number, count: shard.header.sequences)
      }
      let frame = Int(number / UInt64(shard.header.frameSequences))
      let first = shard.header.sequences(ofFrame: frame).lowerBound
      return try Self.ids(place: Int(number - first), frame: frame, of: shard)
    }
  }

  private static func ids(
    place: Int, frame: Int, of shard: ShardReader
  ) throws(ShardError) -> [UInt32] {
    var decoder = FrameDecoder()
    let plain = try shard.plain(frame: frame, with: &decoder)
    let (length, width) = (shard.header.sequenceLength, shard.header.tokenType.byteCount)
    let begin = place * shard.header.sequenceBytes
    return plain.withUnsafeBytes { bytes in
      (0..<length).map { token in
        let at = begin + token * width
        return width == 2
          ? UInt32(bytes.number(at: at, as: UInt16.self)) : bytes.number(at: at, as: UInt32.self)
      }
    }
  }

  /// Every fault of what lies at `path`, see `Verification`.
  public static func problems(
    _ path: String, threads: Int, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws(Interrupted) -> [ShardError] {
    let folder: String
    do throws(ShardError) {
      guard Folder.kind(of: path) == .folder else {
        guard case .shard(let shard) = try open(path) else { return [] }
        return Verification.problems(of: shard, threads: threads)
      }
      folder = try datasetFolder(path)
    } catch { return [error] }
    return try Verification.problems(
      dataset: folder, threads: threads, progress: progress, cancellation: cancellation)
  }
}
