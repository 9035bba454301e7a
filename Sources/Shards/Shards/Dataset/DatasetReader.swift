import RingProtocol
import Synchronization

/// Reads the sequences of a dataset, in any order, every byte verified.
///
/// A bounded number of unpacked frames is kept (the least recently used one goes), so that both a walk through the
/// dataset and a permuted order inside a group of frames unpack each frame once. Any thread may call it; calls wait for
/// each other, so threads that are to unpack at the same time take a reader each.
public final class DatasetReader: Sendable {
  public let dataset: Dataset
  private let state: Mutex<State>

  /// - Parameter cachedFrames: how many unpacked frames are kept, at least 1; each takes up to `frameSequences × sequenceBytes`, 1 MiB by default.
  public init(_ dataset: Dataset, cachedFrames: Int = 4) {
    self.dataset = dataset
    state = Mutex(State(cachedFrames: max(cachedFrames, 1)))
  }

  /// The frame that holds `sequence`, numbered through all shards.
  public func frameIndex(of sequence: UInt64) -> Int { dataset.frameIndex(of: sequence) }

  /// Copies the sequences in `range`, as stored (little-endian ids), into `destination`, which has exactly their size.
  ///
  /// On failure `destination` holds anything; the same call may be made again.
  public func read(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    guard range.upperBound <= dataset.sequences else {
      throw .noSequence(
        path: dataset.folder, sequence: range.upperBound - 1, count: dataset.sequences)
    }
    let width = dataset.manifest.sequenceBytes
    precondition(destination.count == range.count * width, "\(destination.count) bytes")
    var at = range.lowerBound
    while at < range.upperBound {
      let frame = dataset.frameIndex(of: at)
      let sequences = dataset.sequences(ofFrame: frame)
      let end = min(sequences.upperBound, range.upperBound)
      let part = Int(at - range.lowerBound) * width..<Int(end - range.lowerBound) * width
      let from = Int(at - sequences.lowerBound) * width
      let target = UnsafeMutableRawBufferPointer(rebasing: destination[part])
      try copy(frame: frame, from: from, to: target)
      at = end
    }
  }

  private func copy(
    frame: Int, from offset: Int, to target: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let target = Target(bytes: target)
    try state.withLock { state throws(ShardError) in
      try state.copy(frame: frame, of: dataset, from: offset, to: target)
    }
  }
}

/// Memory of the caller, who waits while it is filled under the lock.
private struct Target: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
}

/// Open shards and unpacked frames, the least recently used of which make room for others.
private struct State: ~Copyable {
  private struct Shard {
    let reader: ShardReader
    var lastUse: UInt64
  }

  private struct Frame {
    let bytes: UnsafeMutableRawBufferPointer
    var lastUse: UInt64
  }

  /// Open files at a time: well below the usual limit of a process.
  private static let openShards = 64

  private let cachedFrames: Int
  private var decoder = FrameDecoder()
  private var shards: [Int: Shard] = [:]
  private var frames: [Int: Frame] = [:]
  private var clock: UInt64 = 0

  init(cachedFrames: Int) {
    self.cachedFrames = cachedFrames
  }

  deinit {
    for frame in frames.values { frame.bytes.deallocate() }
  }

  /// Copies what lies at `offset` of a frame.
  mutating func copy(
    frame number: Int, of dataset: Dataset, from offset: Int, to target: Target
  ) throws(ShardError) {
    let plain = try frame(number, of: dataset)
    target.bytes.copyMemory(from: plain.part(offset..<offset + target.bytes.count))
  }

  /// The plain bytes of a frame; they stay until the next call.
  private mutating func frame(
    _ number: Int, of dataset: Dataset
  ) throws(ShardError) -> UnsafeRawBufferPointer {
    clock += 1
    if let known = frames[number] {
      frames[number]!.lastUse = clock
      return UnsafeRawBufferPointer(known.bytes)
    }
    let place = dataset.location(ofFrame: number)
    let reader = try shard(place.shard, of: dataset)
    while frames.count >= cachedFrames { dropOldestFrame() }
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: reader.header.plainBytes(ofFrame: place.frame), alignment: 64)
    do throws(ShardError) {
      try decoder.decode(frame: place.frame, of: reader, into: bytes)
    } catch {
      bytes.deallocate()
      throw error
    }
    frames[number] = Frame(bytes: bytes, lastUse: clock)
    return UnsafeRawBufferPointer(bytes)
  }

  private mutating func dropOldestFrame() {
    guard let oldest = frames.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    oldest.value.bytes.deallocate()
    frames[oldest.key] = nil
  }

  private mutating func shard(
    _ number: Int, of dataset: Dataset
  ) throws(ShardError) -> ShardReader {
    if let known = shards[number] {
      shards[number]!.lastUse = clock
      return known.reader
    }
    if shards.count >= Self.openShards,
      let oldest = shards.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      shards[oldest.key] = nil
    }
    let reader = try dataset.openShard(number)
    shards[number] = Shard(reader: reader, lastUse: clock)
    return reader
  }
}
