import RingProtocol

extension ModelConfiguration {
  /// The fields of `config.json`, by the names that `transformers` knows.
  public var json: JSONValue {
    func field(_ key: CodingKeys, _ value: JSONValue) -> JSONValue.Member {
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
    func number(_ key: CodingKeys) throws(ModelError) -> Int {
      guard let number = json[key.rawValue]?.int else {
        throw .impossible(
          field: key.rawValue, found: json[key.rawValue]?.serialized() ?? "missing",
          expected: "a whole number")
      }
      return Int(number)
    }
    func real(_ key: CodingKeys) throws(ModelError) -> Float {
      guard let number = json[key.rawValue]?.double else {
        throw .impossible(
          field: key.rawValue, found: json[key.rawValue]?.serialized() ?? "missing",
          expected: "a number")
      }
      return Float(number)
    }
    let type = json[CodingKeys.modelType.rawValue]?.string ?? "missing"
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
