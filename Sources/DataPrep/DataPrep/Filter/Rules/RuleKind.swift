import RingProtocol

extension FilterRule {
  /// What is measured. The raw value is the rule's name; that of a peer's rule is the reason by which the peer names it.
  public enum Kind: String, Sendable, CaseIterable {
    case minCharacters = "min-characters"
    case maxCharacters = "max-characters"
    case tokensPerCharacter = "tokens-per-character"

    case shortDocument = "gopher_short_doc"
    case longDocument = "gopher_long_doc"
    case belowMeanLength = "gopher_below_avg_threshold"
    case aboveMeanLength = "gopher_above_avg_threshold"
    case hashes = "gopher_too_many_hashes"
    case ellipses = "gopher_too_many_ellipsis"
    case bullets = "gopher_too_many_bullets"
    case endEllipses = "gopher_too_many_end_ellipsis"
    case letterWords = "gopher_below_alpha_threshold"
    case stopWords = "gopher_enough_stop_words"

    case empty = "empty"
    case duplicateParagraphs = "dup_para_frac"
    case duplicateParagraphCharacters = "dup_para_char_frac"
    case duplicateLines = "dup_line_frac"
    case duplicateLineCharacters = "dup_line_char_frac"
    case top2Gram = "top_2_gram"
    case top3Gram = "top_3_gram"
    case top4Gram = "top_4_gram"
    case duplicated5Grams = "duplicated_5_n_grams"
    case duplicated6Grams = "duplicated_6_n_grams"
    case duplicated7Grams = "duplicated_7_n_grams"
    case duplicated8Grams = "duplicated_8_n_grams"
    case duplicated9Grams = "duplicated_9_n_grams"
    case duplicated10Grams = "duplicated_10_n_grams"

    case longWord = "too_long_word"
    case citations = "citations"
    case noTerminalPunctuation = "no_terminal_punc"
    case fewWords = "too_few_words"
    case loremIpsum = "lorem_ipsum"
    case javascript = "javascript"
    case curlyBracket = "curly_bracket"
    case policy = "policy"
    case fewSentences = "too_few_sentences"

    case noLines = "no_lines"
    case linePunctuation = "line_punct_ratio"
    case shortLines = "short_line_ratio"
    case duplicateCharacters = "char_dup_ratio"
    case list = "list_ratio"
  }
}

extension FilterRule.Kind {
  /// The name in reports: the peer's, where two of its filters share one.
  public var reason: String { self == .noLines ? "empty" : rawValue }

  /// What it measures, and when a document or a line goes.
  var definition: RuleDefinition { RuleDefinition.all[self]! }

  /// Whether it takes lines or parts of them out of a text, or belongs to those that do.
  var isOfLines: Bool {
    switch self {
    case .longWord, .citations, .noTerminalPunctuation, .fewWords, .loremIpsum, .javascript,
      .curlyBracket, .policy, .fewSentences:
      true
    default: false
    }
  }

  /// Whether it takes a tokenizer to measure.
  public var needsTokenizer: Bool { self == .tokensPerCharacter }

  /// Whether it has a threshold; the others are on or off.
  public var hasThreshold: Bool { definition.unit != .none }

  /// The threshold where none is given; nil where one must be, or there is none.
  public var defaultThreshold: Double? { definition.fallback }

  /// What goes, with `N` for the threshold.
  public var meaning: String { definition.meaning }

  /// `{"name", "reason", "default", "meaning"}`.
  public var json: JSONValue {
    [
      "name": .string(rawValue), "reason": .string(reason),
      "default": defaultThreshold.map { definition.unit.json($0) } ?? .null,
      "meaning": .string(meaning),
    ]
  }
}
