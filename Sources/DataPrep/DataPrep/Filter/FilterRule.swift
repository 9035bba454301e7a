import RingProtocol

/// One rule of `cram filter`: a measure of a document with a threshold.
public struct FilterRule: Sendable, Equatable {
  public let kind: Kind
  public let threshold: Double

  /// What is measured. The raw value is the rule's name, and the reason in reports.
  public enum Kind: String, Sendable, CaseIterable {
    case minCharacters = "min-characters"
    case maxCharacters = "max-characters"
    case tokensPerCharacter = "tokens-per-character"
  }

  public init(_ kind: Kind, threshold: Double) {
    (self.kind, self.threshold) = (kind, threshold)
  }

  /// Reads `NAME` or `NAME=VALUE`.
  public init(_ text: String) throws(FilterRuleError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let kind = Kind(rawValue: name) else { throw .unknownRule(name) }
    guard parts.count == 2 else {
      guard let threshold = kind.defaultThreshold else { throw .noValue(kind) }
      self.init(kind, threshold: threshold)
      return
    }
    guard let value = Self.number(parts[1]), kind.accepts(value) else {
      throw .badValue(kind, found: String(parts[1]))
    }
    self.init(kind, threshold: value)
  }

  /// `{"name", "threshold"}`.
  public var json: JSONValue {
    [
      "name": .string(kind.rawValue),
      "threshold": kind.isCount ? .int(Int64(threshold)) : .double(threshold),
    ]
  }

  private static func number(_ text: Substring) -> Double? {
    text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } ? Double(text) : nil
  }
}

extension FilterRule.Kind {
  /// Which documents stay, with `N` for the threshold.
  public var meaning: String {
    switch self {
    case .minCharacters: "keeps documents of at least N characters (code points)"
    case .maxCharacters: "keeps documents of at most N characters (code points)"
    case .tokensPerCharacter: "keeps documents of fewer tokens than N times their characters"
    }
  }

  /// The threshold where none is given; nil where one must be.
  public var defaultThreshold: Double? { self == .tokensPerCharacter ? 0.25 : nil }

  /// Whether it takes a tokenizer to measure.
  public var needsTokenizer: Bool { self == .tokensPerCharacter }

  /// `{"name", "default", "meaning"}`.
  public var json: JSONValue {
    [
      "name": .string(rawValue), "default": defaultThreshold.map(JSONValue.double) ?? .null,
      "meaning": .string(meaning),
    ]
  }

  var isCount: Bool { self != .tokensPerCharacter }

  func accepts(_ value: Double) -> Bool {
    isCount ? value == value.rounded() && value < 0x1p53 : value > 0 && value.isFinite
  }

  var expectation: String { isCount ? "a whole number" : "a number above 0" }
}

/// A named row of rules.
public enum FilterPreset: String, Sendable, CaseIterable {
  /// The compressibility filter of *Cramming* (Geiping & Goldstein 2023): what a tokenizer cannot compress is no prose.
  case cramming

  /// `{"name", "rules"}`.
  public var json: JSONValue {
    ["name": .string(rawValue), "rules": .array(rules.map(\.json))]
  }

  /// Its rules, in the order in which they act.
  public var rules: [FilterRule] {
    switch self {
    case .cramming: [FilterRule(.tokensPerCharacter, threshold: 0.25)]
    }
  }
}

/// Why rules cannot be what was written.
public enum FilterRuleError: Error, Equatable, CustomStringConvertible {
  case unknownRule(String)
  case unknownPreset(String)
  case noValue(FilterRule.Kind)
  case badValue(FilterRule.Kind, found: String)
  case givenTwice(FilterRule.Kind)

  public var description: String {
    switch self {
    case .unknownRule(let name):
      "--rule \(name): there is no such rule; --list-rules shows those there are"
    case .unknownPreset(let name):
      "--preset \(name): there is no such preset; expected \(FilterPreset.allCases.map(\.rawValue).joined(separator: ", "))"
    case .noValue(let kind): "--rule \(kind.rawValue): needs a value, as in \(kind.rawValue)=100"
    case .badValue(let kind, let found):
      "--rule \(kind.rawValue)=\(found): expected \(kind.expectation)"
    case .givenTwice(let kind): "--rule \(kind.rawValue): given twice"
    }
  }
}
