import RingProtocol

/// A folder of shards with its manifest, found to be complete.
public struct Dataset: Sendable {
  public let manifest: Manifest
  /// The folder, as given.
  public let folder: String
  /// The number of the first sequence of each shard, and at the end that of all.
  let firstSequence: [UInt64]
  /// The number of the first frame of each shard, and at the end that of all.
  let firstFrame: [Int]

  /// Opens the dataset in `folder`: reads the manifest and checks that every shard is there with its size. No shard is opened yet.
  ///
  /// - Complexity: one `stat` a shard.
  public static func open(_ folder: String) throws(ShardError) -> Dataset {
    let dataset = Dataset(manifest: try Manifest.read(folder), folder: folder)
    for number in dataset.manifest.shards.indices { try dataset.checkSize(ofShard: number) }
    return dataset
  }

  init(manifest: Manifest, folder: String) {
    self.manifest = manifest
    self.folder = folder
    var sequences: [UInt64] = [0]
    var frames: [Int] = [0]
    for shard in manifest.shards {
      let frameSequences = UInt64(manifest.frameSequences)
      sequences.append(sequences.last! + shard.sequences)
      frames.append(frames.last! + Int((shard.sequences + frameSequences - 1) / frameSequences))
    }
    firstSequence = sequences
    firstFrame = frames
  }

  /// Where shard `number` is.
  public func path(ofShard number: Int) -> String { folder + "/" + manifest.shards[number].file }

  /// How many sequences there are.
  public var sequences: UInt64 { manifest.sequences }

  /// Frames of all shards, numbered through.
  public var frameCount: Int { firstFrame.last! }

  /// The sequences of frame `frame`, counted through all shards. Every frame has `manifest.frameSequences` of them, only the last of each shard may have fewer.
  public func sequences(ofFrame frame: Int) -> Range<UInt64> {
    let shard = Self.place(of: frame, in: firstFrame)
    let first =
      firstSequence[shard] + UInt64(frame - firstFrame[shard]) * UInt64(manifest.frameSequences)
    return first..<min(first + UInt64(manifest.frameSequences), firstSequence[shard + 1])
  }

  /// The shard that holds `sequence`.
  func shardIndex(of sequence: UInt64) -> Int { Self.place(of: sequence, in: firstSequence) }

  /// The frame that holds `sequence`.
  public func frameIndex(of sequence: UInt64) -> Int {
    let shard = Self.place(of: sequence, in: firstSequence)
    return firstFrame[shard]
      + Int((sequence - firstSequence[shard]) / UInt64(manifest.frameSequences))
  }

  /// The shard of frame `frame`, and the frame's number in it.
  func location(ofFrame frame: Int) -> (shard: Int, frame: Int) {
    let shard = Self.place(of: frame, in: firstFrame)
    return (shard, frame - firstFrame[shard])
  }

  /// Opens shard `number` and checks that it is the one that the manifest names.
  func openShard(_ number: Int) throws(ShardError) -> ShardReader {
    let reader = try ShardReader(path(ofShard: number))
    var found = reader.header
    found.notes = ""
    let wanted = manifest.header(ofShard: number, sequences: manifest.shards[number].sequences)
    guard found == wanted else {
      let what =
        found.datasetID != wanted.datasetID
        ? "it belongs to dataset \(found.datasetID), and the manifest to \(wanted.datasetID)"
        : found.number != wanted.number
          ? "it is shard \(found.number) of the dataset, and \(number) is due here"
          : "its header tells other sequences or another vocabulary"
      throw .foreignShard(path: reader.path, found: what)
    }
    return reader
  }

  /// Checks that shard `number` is there and has the size of the manifest.
  func checkSize(ofShard number: Int) throws(ShardError) {
    let path = path(ofShard: number)
    let found: UInt64
    do throws(FileError) { found = try InputStamp(of: path).size } catch { throw .file(error) }
    guard found == manifest.shards[number].bytes else {
      throw .foreignShard(
        path: path,
        found: "it has \(found) bytes, and the manifest says \(manifest.shards[number].bytes)")
    }
  }

  /// The last place whose start is not above `value`.
  private static func place<T: Comparable>(of value: T, in starts: [T]) -> Int {
    var (low, high) = (0, starts.count - 1)
    precondition(value >= starts[0] && value < starts[high], "\(value) of \(starts[high])")
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}
