import RingProtocol

/// A vocabulary that was just made, and what it does to the text it was made from.
public struct TrainedVocabulary: Sendable {
  package let definition: TokenizerDefinition
  /// How often each id is used when the training text is encoded.
  public let counts: [Int64]
  /// Different words of the training text.
  public let distinctWords: Int
  /// Different characters with pieces of their own.
  public let alphabet: Int
  /// Words of the training text, and characters in them, after normalization.
  public let words, characters: Int64
  /// Ids of the training text.
  public let tokens: Int64
  /// Words that are `<unk>`, and different ones of them.
  public let unknownWords: Int64
  public let distinctUnknownWords: Int

  init(
    definition: TokenizerDefinition, counts: [Int64], distinctWords: Int, alphabet: Int,
    usage: PieceUsage
  ) {
    (self.definition, self.counts) = (definition, counts)
    (self.distinctWords, self.alphabet) = (distinctWords, alphabet)
    (words, characters, tokens) = (usage.words, usage.characters, usage.tokens)
    (unknownWords, distinctUnknownWords) = (usage.unknownWords, usage.distinctUnknownWords)
  }

  /// The number of pieces, special ones included.
  public var size: Int { definition.pieces.count }

  /// The tokenizer, ready to encode.
  public func tokenizer() throws(TokenizerError) -> Tokenizer {
    try Tokenizer(definition)
  }

  /// The files of the tokenizer by name: what `tokenizers` and `transformers` load, and our own `Tokenizer.load`.
  public var files: [(name: String, content: String)] {
    let specials = VocabularyRecipe.specials
    let names = ["pad", "unk", "cls", "sep", "mask"]
    let tokens = zip(names, specials).map { JSONValue.Member("\($0)_token", .string($1)) }
    let settings: [JSONValue.Member] =
      [.init("tokenizer_class", "PreTrainedTokenizerFast")] + tokens + [
        .init("model_max_length", 128),
        .init("model_input_names", ["input_ids", "attention_mask"]),
        .init("clean_up_tokenization_spaces", false),
      ]
    return [
      ("tokenizer.json", definition.json.serialized(pretty: true) + "\n"),
      ("vocab.txt", definition.pieces.map { $0.content + "\n" }.joined()),
      ("tokenizer_config.json", JSONValue.object(settings).serialized(pretty: true) + "\n"),
      ("special_tokens_map.json", JSONValue.object(tokens).serialized(pretty: true) + "\n"),
    ]
  }

  /// What a report tells of the vocabulary: coverage, unknown words, lengths, the longest and the rarest pieces.
  public var summary: [JSONValue.Member] {
    let perToken = { (count: Int64) in tokens > 0 ? Double(count) / Double(tokens) : 0 }
    let unknownRate = words > 0 ? Double(unknownWords) / Double(words) : 0
    return [
      .init("vocabulary_size", .int(Int64(size))), .init("alphabet", .int(Int64(alphabet))),
      .init("words", .int(words)), .init("distinct_words", .int(Int64(distinctWords))),
      .init("tokens", .int(tokens)), .init("coverage", .double(1 - unknownRate)),
      .init("unknown_rate", .double(unknownRate)), .init("unknown_words", .int(unknownWords)),
      .init("distinct_unknown_words", .int(Int64(distinctUnknownWords))),
      .init("characters_per_token", .double(perToken(characters))),
      .init("words_per_token", .double(perToken(words))),
      .init("unused_pieces", .int(Int64(ordinary.count { counts[$0] == 0 }))),
      .init("longest_pieces", longest), .init("rarest_pieces", rarest),
    ]
  }

  /// Ids that are not special.
  private var ordinary: Range<Int> { VocabularyRecipe.specials.count..<size }

  private var longest: JSONValue {
    let lengths = definition.pieces.map { piece in
      piece.content.unicodeScalars.count
        - (piece.content.hasBytePrefix(definition.prefix) ? definition.prefix.count : 0)
    }
    let ids = ordinary.sorted { (lengths[$1], $0) < (lengths[$0], $1) }.prefix(10)
    return .array(ids.map { .string(definition.pieces[$0].content) })
  }

  private var rarest: JSONValue {
    let ids = ordinary.sorted { (counts[$0], $1) < (counts[$1], $0) }.prefix(10)
    return .array(
      ids.map { ["piece": .string(definition.pieces[$0].content), "count": .int(counts[$0])] })
  }
}
