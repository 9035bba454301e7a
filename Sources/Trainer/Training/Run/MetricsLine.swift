import RingProtocol

/// One line of `metrics.jsonl`.
public struct MetricsLine: Equatable, Sendable {
  /// Updates made.
  public var step: UInt64
  /// Tokens and sequences trained on.
  public var tokens: UInt64
  public var sequences: UInt64
  /// Seconds of training.
  public var seconds: Double
  /// Mean loss of the masked places since the last line, in nats; nil at step 0.
  public var loss: Double?
  /// Of the last update; nil at step 0.
  public var learningRate: Double?
  /// L2 norm of the last update's mean gradient before clipping; nil at step 0.
  public var gradientNorm: Double?
  /// Sequences of the last update; nil at step 0.
  public var batch: Int?
  /// Since the last line; nil at step 0.
  public var tokensPerSecond: Double?
  /// The model's operations a second as a share of the machine's measured peak of matrix products; nil at step 0.
  public var utilization: Double?
  /// Seconds that the trainer waited for data since the last line.
  public var waited = 0.0
  /// Of the held-out sequences, where measured.
  public var heldOut: MaskedScore?
  /// Updates left out so far because something was not finite.
  public var skipped: UInt64 = 0

  /// The line as JSON; what was not measured is null.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map(JSONValue.double) ?? .null }
    return [
      "step": .unsigned(step), "tokens": .unsigned(tokens), "sequences": .unsigned(sequences),
      "seconds": .double(seconds), "loss": number(loss), "learning_rate": number(learningRate),
      "gradient_norm": number(gradientNorm), "batch": batch.map { .int(Int64($0)) } ?? .null,
      "tokens_per_second": number(tokensPerSecond), "model_flops_utilization": number(utilization),
      "wait_seconds": .double(waited), "heldout_loss": number(heldOut?.loss),
      "heldout_accuracy": number(heldOut?.accuracy), "skipped_updates": .unsigned(skipped),
    ]
  }

  /// Whether the line of an update is written: each of the first 1,000, then every 10th up to 10,000, every 100th up to 100,000, and so on.
  ///
  /// The step alone decides, so that an interrupted run has the lines of one that was not; the file grows with the logarithm of the run.
  public static func isDue(step: UInt64) -> Bool {
    var interval: UInt64 = 1
    while step / interval > 1000 { interval *= 10 }
    return step % interval == 0
  }
}
