import RingProtocol

/// A named row of rules.
public enum FilterPreset: String, Sendable, CaseIterable {
  /// The compressibility filter of *Cramming* (Geiping & Goldstein 2023): what a tokenizer cannot compress is no prose.
  case cramming
  /// The quality rules of *Gopher* (Rae et al. 2021, A1.1), as datatrove 0.10 has them.
  case gopherQuality = "gopher-quality"
  /// The repetition rules of *Gopher* (table A1), as datatrove 0.10 has them.
  case gopherRepetition = "gopher-repetition"
  /// The rules of *C4* (Raffel et al. 2020), as datatrove 0.10 has them: lines go, then documents. Changes texts.
  case c4
  /// The rules that *FineWeb* (Penedo et al. 2024) adds.
  case fineweb

  /// `{"name", "rules"}`.
  public var json: JSONValue {
    ["name": .string(rawValue), "rules": .array(rules.map(\.json))]
  }

  /// Its rules, in the order in which they act.
  public var rules: [FilterRule] { kinds.map { FilterRule($0)! } }

  private var kinds: [FilterRule.Kind] {
    switch self {
    case .cramming: [.tokensPerCharacter]
    case .gopherQuality:
      [
        .shortDocument, .longDocument, .belowMeanLength, .aboveMeanLength, .hashes, .ellipses,
        .bullets, .endEllipses, .letterWords, .stopWords,
      ]
    case .gopherRepetition:
      [
        .empty, .duplicateParagraphs, .duplicateParagraphCharacters, .duplicateLines,
        .duplicateLineCharacters, .top2Gram, .top3Gram, .top4Gram, .duplicated5Grams,
        .duplicated6Grams, .duplicated7Grams, .duplicated8Grams, .duplicated9Grams,
        .duplicated10Grams,
      ]
    case .c4:
      [
        .longWord, .citations, .noTerminalPunctuation, .fewWords, .loremIpsum, .javascript,
        .curlyBracket, .policy, .fewSentences,
      ]
    case .fineweb: [.noLines, .linePunctuation, .shortLines, .duplicateCharacters, .list]
    }
  }
}
