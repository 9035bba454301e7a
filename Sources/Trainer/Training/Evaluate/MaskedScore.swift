import RingProtocol

/// How well a model guesses masked words.
public struct MaskedScore: Equatable, Sendable {
  /// Mean cross-entropy of the masked places, in nats.
  public var loss: Double
  /// The share of masked places whose word the model holds for the likeliest.
  public var accuracy: Double
  /// How many sequences and masked places were measured.
  public var sequences: UInt64
  public var masked: UInt64

  /// As `evaluate mlm --json` prints it.
  public var json: JSONValue {
    [
      "loss": .double(loss), "accuracy": .double(accuracy), "sequences": .unsigned(sequences),
      "masked": .unsigned(masked),
    ]
  }
}

/// Measures a model on sequences under masks that are always the same.
///
/// The masks are those of the recipe's rate under a fixed seed, keyed by the sequence's place in the set: scores of different runs, rates and seeds compare.
public struct MaskedEvaluation: Sendable {
  /// The share of places that is masked, whatever a model was trained with.
  public static let maskingRate = 0.25
  private static let seed: UInt64 = 0x6865_6C64_6F75_7421

  private let masking: Masking
  private var lossSum = 0.0
  private var correct: UInt64 = 0
  private var masked: UInt64 = 0
  private var sequences: UInt64 = 0

  public init(_ facts: DataFacts) throws(TrainingDataError) {
    masking = Masking(
      rate: Self.maskingRate, sequenceLength: facts.sequenceLength,
      vocabularySize: facts.vocabularySize, maskID: try facts.maskID(), seed: Self.seed,
      purpose: .evaluationMasks)
  }

  /// Reads at most `limit` sequences of `stream` and masks them.
  public func read(_ stream: SequenceStream, limit: Int, microBatch: Int) throws -> [MaskedBatch] {
    var batches: [MaskedBatch] = [], left = limit
    while left > 0 {
      var batch = MaskedBatch.empty
      left -= try stream.append(min(microBatch, left), to: &batch, masking: masking)
      if batch.sequences == 0 { break }
      batches.append(batch)
    }
    return batches
  }

  /// Measures one more batch.
  public mutating func add(_ batch: MaskedBatch, model: MaskedLanguageModel) {
    let found = model.evaluate(batch)
    lossSum += found.lossSum
    correct += UInt64(found.correct)
    masked += UInt64(batch.places.count)
    sequences += UInt64(batch.sequences)
  }

  /// The score so far; nil where nothing was measured.
  public var score: MaskedScore? {
    guard masked > 0 else { return nil }
    return MaskedScore(
      loss: lossSum / Double(masked), accuracy: Double(correct) / Double(masked),
      sequences: sequences, masked: masked)
  }

  /// Measures all sequences of `stream`, in a memory that does not grow with them.
  public static func score(
    _ model: MaskedLanguageModel, on stream: SequenceStream, facts: DataFacts,
    cancellation: CancellationFlag, progress: ProgressMeter
  ) throws -> MaskedScore? {
    var evaluation = try Self(facts)
    while true {
      try cancellation.check()
      let batches = try evaluation.read(
        stream, limit: model.microBatch, microBatch: model.microBatch)
      guard let batch = batches.first else { return evaluation.score }
      evaluation.add(batch, model: model)
      progress.advance(by: UInt64(batch.sequences))
    }
  }

  /// Measures batches that were read before.
  public static func score(
    _ model: MaskedLanguageModel, on batches: [MaskedBatch], facts: DataFacts,
    cancellation: CancellationFlag
  ) throws -> MaskedScore? {
    var evaluation = try Self(facts)
    for batch in batches {
      try cancellation.check()
      evaluation.add(batch, model: model)
    }
    return evaluation.score
  }
}
