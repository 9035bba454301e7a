import CramCommand
import Training

extension Budget: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String {
    if case .seconds(let seconds) = self {
      return TimeSpan(seconds: seconds).defaultValueDescription
    }
    return description
  }
}

extension Schedule: ExpressibleByArgument {}

/// How numbers are stored and multiplied.
enum Precision: String, ExpressibleByArgument, CaseIterable {
  case fp32
}

/// What the model is called on the command line.
struct ModelName: ExpressibleByArgument {
  let name: String

  init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    name = argument
  }

  init(_ name: String) { self.name = name }

  static var allValueStrings: [String] { ModelConfiguration.presetNames }
  var defaultValueDescription: String { name }

  /// Sequences of a full update where none are asked for: the recipe's for the full size; few for the small ones, which see minutes and learn by the number of updates.
  var defaultBatch: UInt64 { name == "crammed-bert" ? 8192 : 16 }
}

/// The options that decide what is trained and how.
struct RecipeOptions: ParsableArguments {
  @Option(help: "The model.")
  var model = ModelName("crammed-bert")

  @Option(help: "Layers, in place of the model's own number.")
  var layers: Int?

  @Option(help: "Width, in place of the model's own.")
  var hidden: Int?

  @Option(help: "Attention heads, in place of the model's own number.")
  var heads: Int?

  @Option(
    help:
      "Width inside the feed-forward block, value and gate together, in place of the model's own.")
  var intermediate: Int?

  @Option(help: "How long to train: 24h, 5m, 90s, 5B-tokens, 1000-steps.")
  var budget = Budget.seconds(24 * 3600)

  @Option(
    help: "Sequences of a full update (default: 8192 for crammed-bert, 16 for the small ones).")
  var batch: Count?

  @Option(help: "Share of the budget over which the batch grows to its full size; 0 for none.")
  var batchRamp = 0.6

  @Option(
    help:
      "Sequences that the batch begins with and grows by (default: a 64th of the batch, at least 8)."
  )
  var batchRampUnit: Count?

  @Option(help: "The highest learning rate.")
  var learningRate = 1e-3

  @Option(
    help:
      "How the learning rate follows the budget: triangle, one-cycle, linear, cosine or constant.")
  var schedule = Schedule.triangle

  @Option(help: "Share of the tokens that the model has to guess.")
  var maskingRate = 0.25

  @Option(help: "How numbers are stored and multiplied.")
  var precision = Precision.fp32

  func validate() throws {
    if let batch { try Self.require(batch.value, 1...1 << 20, "--batch") }
    if let batchRampUnit { try Self.require(batchRampUnit.value, 1...1 << 20, "--batch-ramp-unit") }
    for (name, value) in [
      ("--layers", layers), ("--hidden", hidden), ("--heads", heads),
      ("--intermediate", intermediate),
    ] {
      if let value, value < 1 { throw ValidationError("\(name) \(value): expected at least 1") }
    }
    if !(0...1).contains(batchRamp) {
      throw ValidationError("--batch-ramp \(batchRamp): expected 0 to 1")
    }
    if !(learningRate > 0 && learningRate < 10) {
      throw ValidationError(
        "--learning-rate \(learningRate): expected a number above 0 and below 10")
    }
    if !(maskingRate > 0 && maskingRate <= 1) {
      throw ValidationError("--masking-rate \(maskingRate): expected a share above 0, at most 1")
    }
  }

  /// The settings of a run on this data; a shape that no model can have is wrong usage.
  func settings(for data: DataFacts, seed: UInt64) throws -> TrainingSettings {
    guard
      var shape = ModelConfiguration.preset(model.name, vocabularySize: data.vocabularySize)
    else { throw UsageError("--model \(model.name): unknown") }
    shape.layers = layers ?? shape.layers
    shape.hiddenSize = hidden ?? shape.hiddenSize
    shape.heads = heads ?? shape.heads
    shape.intermediateSize = intermediate ?? shape.intermediateSize
    shape.maximumLength = data.sequenceLength
    shape.padID = Int(data.specials.pad ?? 0)
    do throws(ModelError) { try shape.validate() } catch { throw UsageError("\(error)") }
    let batch = Int(batch?.value ?? model.defaultBatch)
    let unit =
      batchRampUnit.map { min(batch, Int($0.value)) } ?? BatchRamp.defaultUnit(batch: batch)
    return TrainingSettings(
      model: shape, budget: budget, ramp: BatchRamp(batch: batch, share: batchRamp, unit: unit),
      learningRate: learningRate, schedule: schedule, maskingRate: maskingRate, seed: seed)
  }

  private static func require(_ value: UInt64, _ range: ClosedRange<UInt64>, _ name: String) throws
  {
    if !range.contains(value) {
      throw ValidationError("\(name) \(value): expected \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
