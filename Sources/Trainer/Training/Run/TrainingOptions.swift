import RingProtocol

/// What surrounds a run and changes nothing in what it makes.
public struct TrainingOptions {
  /// Seconds between checkpoints.
  public var checkpointEvery: Duration
  /// Files that every checkpoint gets a copy of: the tokenizer's.
  public var companions: [CheckpointFolder.Companion]
  /// Held-out sequences, masked; empty for none.
  public var heldOut: [MaskedBatch]
  /// Processor, kernels and libraries, for `config.json`.
  public var machine: JSONValue
  /// Floating-point operations a second that utilization is a share of.
  public var peak: Double
  /// Asks for the end.
  public var cancellation: CancellationFlag
  /// Counts tokens.
  public var progress: ProgressMeter
  /// Hears of every line of metrics.
  public var onLine: (MetricsLine) -> Void

  public init(
    checkpointEvery: Duration, companions: [CheckpointFolder.Companion], heldOut: [MaskedBatch],
    machine: JSONValue, peak: Double, cancellation: CancellationFlag, progress: ProgressMeter,
    onLine: @escaping (MetricsLine) -> Void = { _ in }
  ) {
    self.checkpointEvery = checkpointEvery
    self.companions = companions
    self.heldOut = heldOut
    self.machine = machine
    self.peak = peak
    self.cancellation = cancellation
    self.progress = progress
    self.onLine = onLine
  }
}

/// Training cannot go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// So many updates in a row had a loss or a gradient that was not finite.
  case notFinite(step: UInt64, updates: Int)
  /// The data ended before the first update.
  case noData

  public var description: String {
    switch self {
    case .notFinite(let step, let updates):
      "step \(step): loss or gradient was not finite in \(updates) updates in a row; the last checkpoint is good: choose a smaller --learning-rate and another --output"
    case .noData: "the data holds no sequence; give a stream that is not at its end"
    }
  }
}
