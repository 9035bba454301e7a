import Glibc
import RingProtocol

/// What only reading every sequence tells.
public struct DeepReading: Sendable, Equatable {
  /// Sequences whose tokens occurred in one before.
  public private(set) var duplicateSequences: UInt64 = 0
  /// For each frame the mean over its tokens of log₂ of how often the token occurs in the whole dataset.
  public private(set) var meanLogProbabilities: [Double] = []
  /// How the documents' numbers go with the sequences' places, by Pearson's coefficient: 1 in natural order, about 0
  /// where it is decided by lot. Nil without provenance.
  public private(set) var orderCorrelation: Double?

  /// Reads everything, every frame verified, on `threads` threads.
  ///
  /// - Parameters:
  ///   - memory: bytes for the hashes of sequences, 8 for each; where they do not fit, the data is read again for each part of them.
  ///   - progress: counts the sequences read.
  public init(
    _ target: InspectionTarget, histogram: [UInt64], memory: UInt64, threads: Int,
    progress: ProgressMeter? = nil, cancellation: CancellationFlag = CancellationFlag()
  ) throws {
    let tokens = Double(histogram.reduce(0, +))
    let logs = histogram.map { $0 == 0 ? 0 : log2(Double($0) / tokens) }
    let passes = max(1, (8 * target.sequences + max(memory, 8) - 1) / max(memory, 8))
    progress?.total = passes * target.sequences
    for pass in 0..<passes {
      var hashes: [UInt64] = []
      hashes.reserveCapacity(Int(target.sequences / passes))
      try target.forEachFrame(threads: threads) { plain, shard in
        FrameReading(
          plain, header: shard.header, logs: pass == 0 ? logs : nil,
          keeping: { $0.multipliedFullWidth(by: passes).high == pass })
      } consume: { reading in
        try cancellation.check()
        hashes += reading.hashes
        if let mean = reading.meanLogProbability { meanLogProbabilities.append(mean) }
        progress?.advance(by: reading.sequences)
      }
      hashes.sort()
      duplicateSequences += UInt64(zip(hashes, hashes.dropFirst()).count { $0 == $1 })
    }
    orderCorrelation = try Self.orderCorrelation(of: target, threads: threads)
  }

  /// What is read of one frame.
  private struct FrameReading: Sendable {
    var sequences: UInt64
    var hashes: [UInt64] = []
    var meanLogProbability: Double?

    init(
      _ plain: UnsafeRawBufferPointer, header: ShardHeader, logs: [Double]?,
      keeping keep: (UInt64) -> Bool
    ) {
      let width = header.sequenceBytes
      sequences = UInt64(plain.count / width)
      for begin in stride(from: 0, to: plain.count, by: width) {
        let hash = Checksum.xxh3(plain.part(begin..<begin + width))
        if keep(hash) { hashes.append(hash) }
      }
      guard let logs else { return }
      switch header.tokenType {
      case .u16: meanLogProbability = Self.mean(plain.assumingMemoryBound(to: UInt16.self), logs)
      case .u32: meanLogProbability = Self.mean(plain.assumingMemoryBound(to: UInt32.self), logs)
      }
    }

    private static func mean<T: FixedWidthInteger>(
      _ tokens: UnsafeBufferPointer<T>, _ logs: [Double]
    ) -> Double {
      let sum = logs.withUnsafeBufferPointer { logs in
        tokens.reduce(0.0) { sum, token in
          let id = Int(T(littleEndian: token))
          return id < logs.count ? sum + logs[id] : sum
        }
      }
      return sum / Double(tokens.count)
    }
  }

  private static func orderCorrelation(
    of target: InspectionTarget, threads: Int
  ) throws(ShardError) -> Double? {
    var moments = Moments()
    var isKnown = true
    try target.forEachShard { shard, first throws(ShardError) in
      guard isKnown, shard.hasProvenance else { return isKnown = false }
      let origins = try ShardOrigins(shard)
      let numbers = try origins.allNumbers(threads: threads)
      var place = first
      for frame in 0..<shard.frameCount {
        try origins.pieces(frame: frame).forEachSequence { pieces in
          if let piece = pieces.first {
            moments.add(Double(place), Double(numbers[Int(piece.document)]))
          }
          place += 1
        }
      }
    }
    return isKnown ? moments.correlation : nil
  }

  /// Sums for a correlation, about the first values so that they stay exact.
  private struct Moments {
    private var count = 0.0
    private var (meanX, meanY, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0)

    mutating func add(_ x: Double, _ y: Double) {
      count += 1
      let (dx, dy) = (x - meanX, y - meanY)
      meanX += dx / count
      meanY += dy / count
      xx += dx * (x - meanX)
      yy += dy * (y - meanY)
      xy += dx * (y - meanY)
    }

    var correlation: Double? {
      xx > 0 && yy > 0 ? xy / (xx.squareRoot() * yy.squareRoot()) : nil
    }
  }

  public var json: JSONValue {
    [
      "duplicate_sequences": .unsigned(duplicateSequences),
      "order_correlation": orderCorrelation.map { .double($0) } ?? .null,
      "mean_log2_probability_by_frame": .array(meanLogProbabilities.map { .double($0) }),
    ]
  }
}
