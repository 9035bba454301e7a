import RingProtocol

/// Everything that decides what a run makes, besides its data: two runs of equal settings on equal data are the same run.
public struct TrainingSettings: Equatable, Sendable {
  public var model: ModelConfiguration
  public var budget: Budget
  public var ramp: BatchRamp
  /// The highest learning rate.
  public var learningRate: Double
  public var schedule: Schedule
  /// The share of places that is masked.
  public var maskingRate: Double
  /// Of the first weights, the masks and the order of later epochs.
  public var seed: UInt64
  /// AdamW's decay of matrices and embeddings.
  public var weightDecay = 0.01
  /// The largest L2 norm of an update's mean gradient.
  public var clipNorm = 0.5

  public init(
    model: ModelConfiguration, budget: Budget, ramp: BatchRamp, learningRate: Double,
    schedule: Schedule = .triangle, maskingRate: Double = 0.25, seed: UInt64 = 0
  ) {
    self.model = model
    self.budget = budget
    self.ramp = ramp
    self.learningRate = learningRate
    self.schedule = schedule
    self.maskingRate = maskingRate
    self.seed = seed
  }

  /// As `config.json` holds them and as runs are compared.
  public var json: JSONValue {
    [
      "model": model.json, "budget": .string(budget.description),
      "batch": .int(Int64(ramp.batch)), "batch_ramp": .double(ramp.share),
      "batch_ramp_unit": .int(Int64(ramp.unit)), "learning_rate": .double(learningRate),
      "schedule": .string(schedule.rawValue), "masking_rate": .double(maskingRate),
      "seed": .unsigned(seed), "precision": "fp32", "optimizer": "adamw",
      "weight_decay": .double(weightDecay), "clip_norm": .double(clipNorm),
    ]
  }
}

/// How the work is cut, which decides the order of floating-point sums: recorded by a new run and kept by a resumed one.
public struct TrainingExecution: Equatable, Sendable {
  public var threads: Int
  /// Sequences that go through the model at a time.
  public var microBatch: Int

  public init(threads: Int, microBatch: Int) {
    (self.threads, self.microBatch) = (threads, microBatch)
  }

  /// The micro-batch where none is asked for: enough rows to keep every thread's matrix products large.
  public static func defaultMicroBatch(batch: Int, sequenceLength: Int, threads: Int) -> Int {
    let tokens = 1024 * max(2, threads)
    return max(1, min(batch, tokens / sequenceLength))
  }

  var json: JSONValue {
    ["threads": .int(Int64(threads)), "micro_batch": .int(Int64(microBatch))]
  }

  init?(_ json: JSONValue) {
    guard let threads = json["threads"]?.int, (1...1024).contains(threads),
      let microBatch = json["micro_batch"]?.int, (1...1 << 20).contains(microBatch)
    else { return nil }
    self.init(threads: Int(threads), microBatch: Int(microBatch))
  }
}
