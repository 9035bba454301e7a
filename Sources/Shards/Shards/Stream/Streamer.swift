import RingProtocol
import Synchronization

/// Streams a dataset, or a mix of several, into a ring until the data ends, the consumer is gone, or it is told to stop.
public struct Streamer: Sendable {
  /// What is streamed, and how it is cut.
  public struct Plan: Sendable {
    public var geometry: BatchGeometry
    /// Keys the order of later epochs.
    public var seed: UInt64
    /// How long to go on without a consumer.
    public var grace: Duration

    public init(geometry: BatchGeometry, seed: UInt64, grace: Duration) {
      (self.geometry, self.seed, self.grace) = (geometry, seed, grace)
    }
  }

  /// How a stream ended.
  public enum End: Equatable, Sendable {
    /// All data was handed out and released.
    case released
    /// All data was handed out, and for the grace time nobody came for the rest.
    case leftAtEnd
    /// Nobody consumed for the grace time.
    case abandoned
  }

  /// What went into the ring.
  public struct Summary: Equatable, Sendable {
    public var end: End
    public var batches: UInt64
    public var sequences: UInt64
    /// Where the stream stood at the end.
    public var position: UInt64
  }

  private let data: StreamData
  private let plan: Plan
  private let skipping: [DamageSkipping]

  /// - Parameter skipping: what to do about damaged frames, one for each dataset; none: they end the stream.
  public init(_ data: StreamData, plan: Plan, skipping: [DamageSkipping] = []) {
    precondition(
      skipping.isEmpty || skipping.count == data.datasets.count,
      "\(skipping.count) records of damage for \(data.datasets.count) datasets")
    (self.data, self.plan, self.skipping) = (data, plan, skipping)
  }

  public init(_ dataset: Dataset, plan: Plan, skipping: DamageSkipping? = nil) {
    self.init(StreamData(dataset), plan: plan, skipping: skipping.map { [$0] } ?? [])
  }

  /// What the ring has to say of this stream.
  public var header: RingHeader { RingHeader(data, plan: plan) }

  /// Fills the ring of `producer` and leaves it as the end demands: closed, interrupted or failed, the name removed.
  ///
  /// Throws the `ShardError` of a bad shard, after the consumer was told; and `RingError.cancelled`.
  public func run(_ producer: consuming RingProducer, flag: CancellationFlag?) throws -> Summary {
    let frames = FrameCount(data.datasets)
    let ahead = StreamReading(
      data, end: plan.geometry.end, seed: plan.seed, skipping: skipping, counting: frames)
    defer { ahead.stop() }
    do {
      let summary = try fill(&producer, from: ahead, counting: frames, flag: flag)
      producer.end(summary.end == .abandoned ? .interrupted : .closed)
      return summary
    } catch RingError.cancelled(let signal) {
      producer.end(.interrupted)
      throw RingError.cancelled(signal: signal)
    } catch {
      producer.end(.failed("\(error)"))
      throw error
    }
  }

  private func fill(
    _ producer: inout RingProducer, from ahead: StreamReading, counting frames: FrameCount,
    flag: CancellationFlag?
  ) throws -> Summary {
    var summary = Summary(end: .released, batches: 0, sequences: 0, position: producer.position)
    ahead.restart(at: summary.position)
    while true {
      guard let batch = plan.geometry.batch(at: summary.position) else {
        switch try producer.drain(grace: plan.grace) {
        case .released: return summary
        case .abandoned:
          summary.end = .leftAtEnd
          return summary
        case .seek(let position): seek(position)
        }
        continue
      }
      if batch.share.isEmpty {
        summary.position = batch.next
        continue
      }
      switch try producer.claim(grace: plan.grace) {
      case .abandoned:
        summary.end = .abandoned
        return summary
      case .seek(let position): seek(position)
      case .slot(let slot):
        let bytes = slot[..<(batch.share.count * header.sequenceBytes)]
        try ahead.copy(
          batch.share, into: UnsafeMutableRawBufferPointer(rebasing: bytes), flag: flag)
        producer.publish(first: batch.share.lowerBound, count: batch.share.count, next: batch.next)
        summary.batches += 1
        summary.sequences += UInt64(batch.share.count)
        summary.position = batch.next
        producer.count(
          framesVerified: frames.take(), damagedFrames: skipping.reduce(0) { $0 + $1.take() })
      }
    }

    func seek(_ position: UInt64) {
      summary.position = position
      ahead.restart(at: position)
    }
  }
}

/// Counts the frames that were read and found whole.
final class FrameCount: Sendable {
  private let datasets: [Dataset]
  private let state: Mutex<(last: [Int], count: UInt64)>

  init(_ datasets: [Dataset]) {
    self.datasets = datasets
    state = Mutex(([Int](repeating: -1, count: datasets.count), 0))
  }

  /// Adds the frames of a range; the one that the range before ended in is still unpacked.
  func count(_ range: Range<UInt64>, of number: Int) {
    let dataset = datasets[number]
    let (first, last) = (
      dataset.frameIndex(of: range.lowerBound), dataset.frameIndex(of: range.upperBound - 1)
    )
    state.withLock {
      $0.count += UInt64(last - first + (first == $0.last[number] ? 0 : 1))
      $0.last[number] = last
    }
  }

  /// How many were added since the last call.
  func take() -> UInt64 {
    state.withLock { state in
      defer { state.count = 0 }
      return state.count
    }
  }
}

extension Dataset {
  /// In which order it is streamed.
  public func order(seed: UInt64) -> EpochOrder {
    EpochOrder(
      sequences: sequences, sequenceBytes: manifest.sequenceBytes,
      isShuffled: manifest.order == "random", fingerprint: manifest.fingerprint, seed: seed)
  }
}

extension RingHeader {
  /// The header of a ring that carries `data` by `plan`.
  init(_ data: StreamData, plan: Streamer.Plan) {
    let manifest = data.datasets[0].manifest
    let roles = manifest.roles
    let geometry = plan.geometry
    self.init(
      tokenType: manifest.tokenType == .u16 ? .u16 : .u32, sequenceLength: manifest.sequenceLength,
      batchSequences: Int(geometry.batchSequences), rank: Int(geometry.rank),
      worldSize: Int(geometry.worldSize), vocabularySize: manifest.vocabularySize,
      specials: Specials(
        pad: roles.pad, unk: roles.unk, cls: roles.cls, sep: roles.sep, mask: roles.mask),
      fingerprint: data.fingerprint, sequencesPerEpoch: data.sequences,
      epochs: geometry.epochs,
      seed: plan.seed, orderVersion: KeyedPermutation.version)
  }
}
