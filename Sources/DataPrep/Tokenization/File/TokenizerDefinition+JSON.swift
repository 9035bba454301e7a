import RingProtocol

extension TokenizerDefinition {
  /// Reads a tokenizer.json. Whatever in it is not understood is refused by name.
  init(json value: JSONValue) throws(DefinitionError) {
    let file = try Component(value, part: "tokenizer")
    try file.allow(
      "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
      "post_processor", "decoder", "model")
    for part in ["truncation", "padding"] where file[part] != nil {
      throw .unsupported(part: part, found: "set in the file", supported: "null")
    }
    guard let splitter = file["pre_tokenizer"], let model = file["model"] else {
      throw file.failure(found: "no pre_tokenizer or no model", expected: "both")
    }
    self.init(unknown: "", splitter: try SplitterDefinition(splitter))
    try readModel(try Component(model, part: "model"))
    if let found = file["normalizer"] { normalizer = try NormalizerDefinition(found) }
    if file["added_tokens"] != nil {
      for token in try file.array("added_tokens") { addedTokens.append(try AddedToken(token)) }
    }
    template = try Template(file["post_processor"])
    decoder = try PieceDecoder(file["decoder"])
  }

  private mutating func readModel(_ model: Component) throws(DefinitionError) {
    // Old files name no type; what else they hold says what they are.
    guard model.type ?? (model["merges"] == nil ? "WordPiece" : "BPE") == "WordPiece" else {
      throw model.unknownType(supported: "WordPiece")
    }
    try model.allow("vocab", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word")
    unknown = try model.string("unk_token")
    prefix = try model.string("continuing_subword_prefix")
    longestWord = try model.int("max_input_chars_per_word")
    guard let members = model["vocab"]?.members else {
      throw model.failure(found: "no vocab", expected: "pieces with their ids")
    }
    pieces.reserveCapacity(members.count)
    for member in members {
      guard let id = member.value.int else {
        throw model.failure(
          found: "\"\(member.key)\" with \(member.value.brief)", expected: "an id")
      }
      pieces.append(Piece(content: member.key, id: Int(id)))
    }
  }

  /// A tokenizer.json that `tokenizers` 0.20 and newer loads, and that encodes there as here.
  package var json: JSONValue {
    let vocabulary = pieces.sorted { $0.id < $1.id }
      .map { JSONValue.Member($0.content, .int(Int64($0.id))) }
    return [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(addedTokens.map(\.json)),
      "normalizer": normalizer?.json ?? .null, "pre_tokenizer": splitter.json,
      "post_processor": template.json, "decoder": decoder.json,
      "model": [
        "type": "WordPiece", "unk_token": .string(unknown),
        "continuing_subword_prefix": .string(prefix),
        "max_input_chars_per_word": .int(Int64(longestWord)), "vocab": .object(vocabulary),
      ],
    ]
  }
}
