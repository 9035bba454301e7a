import RingProtocol

/// What a rule measures and when something goes.
struct RuleDefinition {
  /// On which side of the threshold it goes.
  enum Side {
    case below, above
    /// A ratio of at least the threshold, compared as a product.
    case atLeast
  }

  /// What kind of number the threshold is.
  enum Unit {
    /// No number: the rule is on or off.
    case none
    case count
    /// A share of something, or another ratio around 0 to 1.
    case ratio
    /// A mean length in characters.
    case length
  }

  let quantity: String
  let side: Side
  let unit: Unit
  let fallback: Double?

  private static func count(_ quantity: String, _ side: Side, _ fallback: Double?) -> Self {
    Self(quantity: quantity, side: side, unit: .count, fallback: fallback)
  }

  private static func ratio(_ quantity: String, _ side: Side, _ fallback: Double) -> Self {
    Self(quantity: quantity, side: side, unit: .ratio, fallback: fallback)
  }

  private static func switched(_ what: String) -> Self {
    Self(quantity: what, side: .above, unit: .none, fallback: nil)
  }

  private static func repeated(_ words: Int, _ fallback: Double) -> Self {
    ratio(
      "share of the characters in repeated rows of \(words) words, but for the first of each",
      .above, fallback)
  }

  private static func top(_ words: Int, _ fallback: Double) -> Self {
    ratio(
      "share of the characters in the most frequent row of \(words) words", .above, fallback)
  }

  static let all: [FilterRule.Kind: RuleDefinition] = general.merging(gopherQuality) { $1 }
    .merging(gopherRepetition) { $1 }.merging(c4) { $1 }.merging(fineweb) { $1 }

  private static let general: [FilterRule.Kind: RuleDefinition] = [
    .minCharacters: count("characters", .below, nil),
    .maxCharacters: count("characters", .above, nil),
    .tokensPerCharacter: ratio("tokens a character", .atLeast, 0.25),
  ]

  private static let gopherQuality: [FilterRule.Kind: RuleDefinition] = [
    .shortDocument: count("words that are no mere symbols", .below, 50),
    .longDocument: count("words that are no mere symbols", .above, 100_000),
    .belowMeanLength: Self(
      quantity: "mean characters of a word", side: .below, unit: .length, fallback: 3),
    .aboveMeanLength: Self(
      quantity: "mean characters of a word", side: .above, unit: .length, fallback: 10),
    .hashes: ratio("number signs a word", .above, 0.1),
    .ellipses: ratio("ellipses a word", .above, 0.1),
    .bullets: ratio("share of lines that begin with a bullet", .above, 0.9),
    .endEllipses: ratio("share of lines that end in an ellipsis", .above, 0.3),
    .letterWords: ratio("share of words with a letter", .below, 0.8),
    .stopWords: count("different words of \(StopWords.all.joined(separator: " "))", .below, 2),
  ]

  private static let gopherRepetition: [FilterRule.Kind: RuleDefinition] = [
    .empty: switched("an empty text"),
    .duplicateParagraphs: ratio("share of paragraphs met before", .above, 0.3),
    .duplicateParagraphCharacters: ratio(
      "share of the characters in paragraphs met before", .above, 0.2),
    .duplicateLines: ratio("share of lines met before", .above, 0.3),
    .duplicateLineCharacters: ratio("share of the characters in lines met before", .above, 0.2),
    .top2Gram: top(2, 0.20), .top3Gram: top(3, 0.18), .top4Gram: top(4, 0.16),
    .duplicated5Grams: repeated(5, 0.15), .duplicated6Grams: repeated(6, 0.14),
    .duplicated7Grams: repeated(7, 0.13), .duplicated8Grams: repeated(8, 0.12),
    .duplicated9Grams: repeated(9, 0.11), .duplicated10Grams: repeated(10, 0.10),
  ]

  private static let c4: [FilterRule.Kind: RuleDefinition] = [
    .longWord: count("characters of a line's longest word", .above, 1000),
    .citations: switched("a citation: [12], [], [edit], [citation needed]"),
    .noTerminalPunctuation: switched("a line that does not end in . ? ! \" ' or ends in ..."),
    .fewWords: count("words of a line, parted by white space", .below, 3),
    .loremIpsum: switched("a document with a line that has \"lorem ipsum\""),
    .javascript: switched("a line that has \"javascript\""),
    .curlyBracket: switched("a document with a line that has {"),
    .policy: switched("a line that speaks of terms of use, privacy or cookies"),
    .fewSentences: count("sentences", .below, 5),
  ]

  private static let fineweb: [FilterRule.Kind: RuleDefinition] = [
    .noLines: switched("a text without a line"),
    .linePunctuation: ratio("share of lines that end in a terminal punctuation mark", .below, 0.12),
    .shortLines: ratio("share of lines of at most 30 characters", .above, 0.67),
    .duplicateCharacters: ratio(
      "share of the characters in lines met before", .above, 0.01),
    .list: ratio("line ends a word", .above, 0.3),
  ]

  /// What goes, with `N` for the threshold.
  var meaning: String {
    switch (unit, side) {
    case (.none, _): "\(quantity) goes"
    case (_, .below): "goes below N: \(quantity)"
    case (_, .above): "goes above N: \(quantity)"
    case (_, .atLeast): "goes from N on: \(quantity)"
    }
  }
}

extension RuleDefinition.Unit {
  /// A threshold or a measured value as JSON: a count is whole.
  func json(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    return self == .count ? .int(Int64(value)) : .double(value)
  }
}

extension RuleDefinition {
  /// Whether `value` can be the threshold.
  func accepts(_ value: Double) -> Bool {
    switch unit {
    case .none: false
    case .count: value == value.rounded() && value < 0x1p53
    case .ratio, .length: value.isFinite && (value > 0 || side != .atLeast)
    }
  }

  var expectation: String {
    switch unit {
    case .none: "off, or no value"
    case .count: "a whole number, or off"
    case .ratio, .length: side == .atLeast ? "a number above 0, or off" : "a number, or off"
    }
  }
}
