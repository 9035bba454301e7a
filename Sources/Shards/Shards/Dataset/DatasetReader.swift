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

  /// - Parameters:
  ///   - cachedFrames: how many unpacked frames are kept, at least 1; each takes up to `frameSequences × sequenceBytes`, 1 MiB by default.
  ///   - skipping: what to do about damaged frames; nil: they are refused.
  public init(_ dataset: Dataset, cachedFrames: Int = 4, skipping: DamageSkipping? = nil) {
    self.dataset = dataset
    state = Mutex(State(cachedFrames: max(cachedFrames, 1), skipping: skipping))
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

  private let skipping: DamageSkipping?

  init(cachedFrames: Int, skipping: DamageSkipping?) {
    (self.cachedFrames, self.skipping) = (cachedFrames, skipping)
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
    while frames.count >= cachedFrames { dropOldestFrame() }
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: dataset.sequences(ofFrame: number).count * dataset.manifest.sequenceBytes,
      alignment: 64)
    do throws(ShardError) {
      try load(number, of: dataset, into: bytes)
    } catch {
      bytes.deallocate()
      throw error
    }
    frames[number] = Frame(bytes: bytes, lastUse: clock)
    return UnsafeRawBufferPointer(bytes)
  }

  /// Unpacks a frame, or what stands for it.
  private mutating func load(
    _ number: Int, of dataset: Dataset, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let first = dataset.sequences(ofFrame: number).lowerBound
    if let other = skipping?.replacement(of: first), other < dataset.sequences {
      return try replace(by: dataset.frameIndex(of: other), of: dataset, in: bytes)
    }
    do throws(ShardError) {
      try decode(number, of: dataset, into: bytes)
    } catch {
      guard let skipping else { throw error }
      try skip(number, of: dataset, error, skipping, into: bytes)
    }
  }

  private mutating func decode(
    _ number: Int, of dataset: Dataset, into bytes: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let place = dataset.location(ofFrame: number)
    try decoder.decode(frame: place.frame, of: try shard(place.shard, of: dataset), into: bytes)
  }

  /// Puts what parity makes again, or the next whole frame, in the place of a damaged one.
  private mutating func skip(
    _ number: Int, of dataset: Dataset, _ error: ShardError, _ skipping: DamageSkipping,
    into bytes: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let place = dataset.location(ofFrame: number)
    var event = DamageSkipping.Event(
      problem: "\(error)", sequences: dataset.sequences(ofFrame: number), replacement: nil)
    if let reader = try? shard(place.shard, of: dataset),
      let plain = reader.restored(frame: place.frame, with: &decoder)
    {
      plain.withUnsafeBytes { bytes.copyMemory(from: $0) }
    } else {
      let others = (1..<max(dataset.frameCount, 1)).lazy.map { ($0 + number) % dataset.frameCount }
      var found: Int?
      for other in others {
        guard (try? replace(by: other, of: dataset, in: bytes)) != nil else { continue }
        found = other
        break
      }
      guard let found else { throw error }
      event.replacement = dataset.sequences(ofFrame: found)
    }
    do throws(FileError) { try skipping.add(event) } catch { throw .file(error) }
  }

  /// Fills `bytes` with the sequences of another frame, over and over where it has fewer.
  private mutating func replace(
    by other: Int, of dataset: Dataset, in bytes: UnsafeMutableRawBufferPointer
  ) throws(ShardError) {
    let size = dataset.sequences(ofFrame: other).count * dataset.manifest.sequenceBytes
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { plain.deallocate() }
    try decode(other, of: dataset, into: plain)
    for begin in stride(from: 0, to: bytes.count, by: size) {
      let part = min(size, bytes.count - begin)
      UnsafeMutableRawBufferPointer(rebasing: bytes[begin..<begin + part])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: plain[..<part]))
    }
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
