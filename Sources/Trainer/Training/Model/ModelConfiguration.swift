/// The shape of a crammed-bert: what a checkpoint's `config.json` says about the model.
///
/// Its JSON has the field names of Hugging Face, so that one file serves both. crammed-bert is pre-norm, without biases in
/// linear maps, with a gated GELU, scaled sinusoidal positions, an embedding and a final norm, and a decoder tied to the word
/// embedding.
public struct ModelConfiguration: Equatable, Sendable {
  /// V: number of words.
  public var vocabularySize: Int
  /// C: width of the residual stream.
  public var hiddenSize: Int
  public var layers: Int
  /// H: attention heads, each `hiddenSize / heads` wide.
  public var heads: Int
  /// F: width of the feed-forward block's input map. It is gated: half is value, half is gate, and F / 2 comes out.
  public var intermediateSize: Int
  /// The longest sequence that the position table covers, in tokens.
  public var maximumLength: Int
  public var layerNormEpsilon: Float
  /// Standard deviation of all initial weights.
  public var initializerRange: Float
  /// The word whose embedding row starts at zero and learns nothing from being looked up.
  public var padID: Int

  public init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int,
    maximumLength: Int = 128, layerNormEpsilon: Float = 1e-12, initializerRange: Float = 0.02,
    padID: Int = 0
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.intermediateSize = intermediateSize
    self.maximumLength = maximumLength
    self.layerNormEpsilon = layerNormEpsilon
    self.initializerRange = initializerRange
    self.padID = padID
  }

  /// G: width of what leaves the gate.
  public var gatedSize: Int { intermediateSize / 2 }
  /// Width of one attention head.
  public var headSize: Int { hiddenSize / heads }

  /// The names that `preset(_:vocabularySize:)` knows.
  public static let presetNames = ["crammed-bert", "crammed-bert-small", "crammed-bert-tiny"]

  /// The published crammed-bert (16 × 768) or one of its small sisters (4 × 256, 2 × 128) for CPUs; nil for an unknown name.
  public static func preset(_ name: String, vocabularySize: Int) -> ModelConfiguration? {
    switch name {
    case "crammed-bert": Self(vocabularySize, hiddenSize: 768, layers: 16, heads: 12)
    case "crammed-bert-small": Self(vocabularySize, hiddenSize: 256, layers: 4, heads: 4)
    case "crammed-bert-tiny": Self(vocabularySize, hiddenSize: 128, layers: 2, heads: 2)
    default: nil
    }
  }

  private init(_ vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int) {
    self.init(
      vocabularySize: vocabularySize, hiddenSize: hiddenSize, layers: layers, heads: heads,
      intermediateSize: 4 * hiddenSize)
  }
}

/// Why a model cannot be built.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// `field` has a value that no model can have; `expected` says what it must be.
  case impossible(field: String, found: String, expected: String)
  /// A `config.json` of another kind of model.
  case otherArchitecture(found: String)

  public var description: String {
    switch self {
    case .impossible(let field, let found, let expected):
      "the model's \(field) is \(found), expected \(expected); correct the configuration"
    case .otherArchitecture(let found):
      "the model is of type \(found), expected \(ModelConfiguration.modelType); take a checkpoint of that type"
    }
  }
}

extension ModelConfiguration {
  /// Throws when no model can have this shape, naming the first field that is wrong as `config.json` calls it.
  public func validate() throws(ModelError) {
    let sizes = [
      ("vocab_size", vocabularySize), ("hidden_size", hiddenSize), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("intermediate_size", intermediateSize),
      ("max_position_embeddings", maximumLength),
    ]
    for (field, value) in sizes where value < 1 || value > 1 << 24 {
      throw .impossible(field: field, found: "\(value)", expected: "1 to \(1 << 24)")
    }
    try Self.require(
      hiddenSize % heads == 0, "hidden_size", hiddenSize, "a multiple of the \(heads) heads")
    try Self.require(hiddenSize % 2 == 0, "hidden_size", hiddenSize, "an even number")
    try Self.require(
      intermediateSize % 2 == 0, "intermediate_size", intermediateSize, "an even number")
    try Self.require(
      (0..<vocabularySize).contains(padID), "pad_token_id", padID, "0 to \(vocabularySize - 1)")
    try Self.require(
      layerNormEpsilon > 0 && layerNormEpsilon < 1, "layer_norm_eps", layerNormEpsilon,
      "a number between 0 and 1")
    try Self.require(
      initializerRange > 0 && initializerRange < 10, "initializer_range", initializerRange,
      "a number between 0 and 10")
  }

  private static func require(
    _ holds: Bool, _ field: String, _ found: some CustomStringConvertible, _ expected: String
  ) throws(ModelError) {
    if !holds { throw .impossible(field: field, found: found.description, expected: expected) }
  }
}
