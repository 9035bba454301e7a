import RingProtocol

/// What a user asked for: the run, and how its folder may be treated.
public struct RunRequest: Sendable {
  public var settings: TrainingSettings
  public var data: DataFacts
  /// The fingerprint of the held-out sequences; nil without any.
  public var heldOutFingerprint: String?
  /// Threads asked for; nil: as recorded, else `defaultThreads`.
  public var threads: Int?
  /// Sequences of a micro-batch asked for; nil: as recorded, else by the machine.
  public var microBatch: Int?
  public var defaultThreads: Int
  /// Go on with what is there, up to a larger budget if need be.
  public var resume = false
  /// Replace what is there.
  public var overwrite = false

  public init(
    settings: TrainingSettings, data: DataFacts, heldOutFingerprint: String?, threads: Int?,
    microBatch: Int?, defaultThreads: Int, resume: Bool = false, overwrite: Bool = false
  ) {
    self.settings = settings
    self.data = data
    self.heldOutFingerprint = heldOutFingerprint
    self.threads = threads
    self.microBatch = microBatch
    self.defaultThreads = defaultThreads
    self.resume = resume
    self.overwrite = overwrite
  }

  /// The execution of a new run.
  var newExecution: TrainingExecution {
    let threads = threads ?? defaultThreads
    let microBatch =
      microBatch
      ?? TrainingExecution.defaultMicroBatch(
        batch: settings.ramp.batch, sequenceLength: data.sequenceLength, threads: threads)
    return TrainingExecution(
      threads: threads, microBatch: min(microBatch, settings.ramp.batch))
  }

  /// The run's `config.json`.
  func configuration(_ execution: TrainingExecution, machine: JSONValue) -> JSONValue {
    [
      "version": .string(cramVersion), "settings": settings.json, "data": data.json,
      "heldout_fingerprint": heldOutFingerprint.map(JSONValue.string) ?? .null,
      "execution": execution.json, "machine": machine,
    ]
  }
}
