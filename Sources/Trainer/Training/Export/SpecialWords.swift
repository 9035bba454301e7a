import RingProtocol

/// The texts of the special words, by role: what `transformers` asks for beside `tokenizer.json`.
struct SpecialWords {
  /// Role (`pad`, `unk`, `cls`, `sep`, `mask`) and text.
  let words: [(role: String, text: String)]

  /// Looks the ids of the data's roles up in the added tokens of a `tokenizer.json`, and in its vocabulary.
  init(_ data: DataFacts, tokenizer: JSONValue) {
    var texts: [Int64: String] = [:]
    for word in tokenizer["model"]?["vocab"]?.members ?? [] {
      if let id = word.value.int { texts[id] = word.key }
    }
    for token in tokenizer["added_tokens"]?.array ?? [] {
      if let id = token["id"]?.int, let content = token["content"]?.string { texts[id] = content }
    }
    let specials = data.specials
    let ids: [(String, UInt32?)] = [
      ("pad", specials.pad), ("unk", specials.unk), ("cls", specials.cls), ("sep", specials.sep),
      ("mask", specials.mask),
    ]
    words = ids.compactMap { role, id in
      id.flatMap { texts[Int64($0)] }.map { (role, $0) }
    }
  }

  /// `special_tokens_map.json`: older versions read it.
  var map: JSONValue { .object(members) }

  /// `tokenizer_config.json`. Without `model_input_names` a tokenizer makes token types, which this model does not take.
  func configuration(maximumLength: Int) -> JSONValue {
    let head: [JSONValue.Member] = [.init("tokenizer_class", "PreTrainedTokenizerFast")]
    let tail: [JSONValue.Member] = [
      .init("model_max_length", .int(Int64(maximumLength))),
      .init("model_input_names", ["input_ids", "attention_mask"]),
      .init("clean_up_tokenization_spaces", false),
    ]
    return .object(head + members + tail)
  }

  private var members: [JSONValue.Member] {
    words.map { .init("\($0.role)_token", .string($0.text)) }
  }
}
