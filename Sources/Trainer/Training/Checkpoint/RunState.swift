import RingProtocol

/// How far a run has come: all that a restart needs beside weights and moments. Nothing random is in it, since every random number is a function of seed and place.
public struct RunState: Equatable, Sendable {
  /// Updates made, skipped ones included.
  public var step: UInt64 = 0
  /// The position of the next sequence of the stream.
  public var position: UInt64 = 0
  /// Updates that the optimizer made.
  public var optimizerStep: UInt64 = 0
  /// Updates left out because a loss or gradient was not finite.
  public var skipped: UInt64 = 0
  /// What was used so far, over all restarts.
  public var used = Use()
  /// What had been used when the last line of metrics was written.
  public var atLine = Use()
  /// Since the last line: the sum of the losses of all masked places in nats, and their number.
  public var lossSum = 0.0
  public var masked: UInt64 = 0
  /// Of the last update.
  public var learningRate = 0.0
  /// Of the last update, before clipping; not a number where it was not finite.
  public var gradientNorm = 0.0
  /// Sequences of the last update.
  public var batch: UInt64 = 0

  /// What training takes.
  public struct Use: Equatable, Sendable {
    public var sequences: UInt64 = 0
    public var tokens: UInt64 = 0
    /// Seconds of training.
    public var seconds = 0.0
    /// Seconds of these in which the trainer was blocked for want of data.
    public var waited = 0.0

    public init() {}
  }

  public init() {}

  /// Begins a new line of metrics.
  mutating func beginLine() {
    (atLine, lossSum, masked) = (used, 0, 0)
  }
}

extension RunState {
  /// As `state.json` holds it; numbers are written so that reading them gives the same bits.
  public var json: JSONValue {
    [
      "step": .unsigned(step), "position": .unsigned(position),
      "optimizer_step": .unsigned(optimizerStep), "skipped_updates": .unsigned(skipped),
      "used": used.json, "at_line": atLine.json, "loss_sum": .double(lossSum),
      "masked": .unsigned(masked), "learning_rate": .double(learningRate),
      "gradient_norm": .double(gradientNorm), "batch": .unsigned(batch),
    ]
  }

  /// Reads what `json` wrote; nil where a field is missing.
  public init?(_ json: JSONValue) {
    guard let step = json.count("step"), let position = json.count("position"),
      let optimizer = json.count("optimizer_step"), let skipped = json.count("skipped_updates"),
      let used = json["used"].flatMap({ Use($0) }),
      let atLine = json["at_line"].flatMap({ Use($0) }),
      let lossSum = json["loss_sum"]?.double, let masked = json.count("masked"),
      let rate = json["learning_rate"]?.double, let batch = json.count("batch")
    else { return nil }
    (self.step, self.position, optimizerStep, self.skipped) = (step, position, optimizer, skipped)
    (self.used, self.atLine) = (used, atLine)
    (self.lossSum, self.masked, self.batch) = (lossSum, masked, batch)
    (learningRate, gradientNorm) = (rate, json["gradient_norm"]?.double ?? .nan)
  }
}

extension RunState.Use {
  var json: JSONValue {
    [
      "sequences": .unsigned(sequences), "tokens": .unsigned(tokens), "seconds": .double(seconds),
      "wait_seconds": .double(waited),
    ]
  }

  init?(_ json: JSONValue) {
    guard let sequences = json.count("sequences"), let tokens = json.count("tokens"),
      let seconds = json["seconds"]?.double, let waited = json["wait_seconds"]?.double
    else { return nil }
    (self.sequences, self.tokens, self.seconds, self.waited) = (sequences, tokens, seconds, waited)
  }
}

extension JSONValue {
  /// The whole number at `key`, nil where there is none or it is negative.
  func count(_ key: String) -> UInt64? { self[key]?.int.flatMap { UInt64(exactly: $0) } }
}
