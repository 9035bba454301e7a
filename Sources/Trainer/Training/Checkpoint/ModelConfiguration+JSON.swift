import RingProtocol

extension ModelConfiguration {
  /// What `config.json` calls this architecture.
  public static let modelType = "crammed_bert"

  /// What `config.json` calls the fields.
  private enum Field: String {
    case modelType = "model_type"
    case vocabularySize = "vocab_size"
    case hiddenSize = "hidden_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case intermediateSize = "intermediate_size"
    case maximumLength = "max_position_embeddings"
    case layerNormEpsilon = "layer_norm_eps"
    case initializerRange = "initializer_range"
    case padID = "pad_token_id"
  }

  /// The fields of `config.json`, by the names that `transformers` knows.
  public var json: JSONValue {
    func field(_ key: Field, _ value: JSONValue) -> JSONValue.Member {
      .init(key.rawValue, value)
    }
    return .object([
      field(.modelType, .string(Self.modelType)),
      field(.vocabularySize, .int(Int64(vocabularySize))),
      field(.hiddenSize, .int(Int64(hiddenSize))),
      field(.layers, .int(Int64(layers))),
      field(.heads, .int(Int64(heads))),
      field(.intermediateSize, .int(Int64(intermediateSize))),
      field(.maximumLength, .int(Int64(maximumLength))),
      field(.layerNormEpsilon, .double(Double("\(layerNormEpsilon)")!)),
      field(.initializerRange, .double(Double("\(initializerRange)")!)),
      field(.padID, .int(Int64(padID))),
    ])
  }

  /// Reads the fields of a `config.json`; further fields are ignored. Throws where one is missing or no model can have this shape.
  public init(_ json: JSONValue) throws(ModelError) {
    func number(_ key: Field) throws(ModelError) -> Int {
      guard let number = json[key.rawValue]?.int else {
        throw .impossible(
          field: key.rawValue, found: json[key.rawValue]?.serialized() ?? "missing",
          expected: "a whole number")
      }
      return Int(number)
    }
    func real(_ key: Field) throws(ModelError) -> Float {
      guard let number = json[key.rawValue]?.double else {
        throw .impossible(
          field: key.rawValue, found: json[key.rawValue]?.serialized() ?? "missing",
          expected: "a number")
      }
      return Float(number)
    }
    let type = json[Field.modelType.rawValue]?.string ?? "missing"
    guard type == Self.modelType else { throw .otherArchitecture(found: type) }
    self.init(
      vocabularySize: try number(.vocabularySize), hiddenSize: try number(.hiddenSize),
      layers: try number(.layers), heads: try number(.heads),
      intermediateSize: try number(.intermediateSize), maximumLength: try number(.maximumLength),
      layerNormEpsilon: try real(.layerNormEpsilon), initializerRange: try real(.initializerRange),
      padID: try number(.padID))
    try validate()
  }
}
