import RingProtocol

/// One rule of `cram filter`: a measure of a document or of a line, with a threshold where it has one.
public struct FilterRule: Sendable, Equatable {
  public let kind: Kind
  /// Nil for a rule that is on or off.
  public let threshold: Double?

  public init(_ kind: Kind, threshold: Double?) {
    precondition(
      (threshold != nil) == kind.hasThreshold, "\(kind) with a threshold of \(threshold as Any)")
    (self.kind, self.threshold) = (kind, threshold)
  }

  /// The rule with its default threshold; nil where it has none.
  public init?(_ kind: Kind) {
    guard !kind.hasThreshold || kind.defaultThreshold != nil else { return nil }
    self.init(kind, threshold: kind.defaultThreshold)
  }

  /// Reads `NAME` or `NAME=VALUE`.
  public init(_ text: String) throws(FilterRuleError) {
    switch try RuleSetting(text) {
    case .on(let rule): self = rule
    case .off(let kind): throw .offWithoutPreset(kind)
    }
  }

  /// `{"name", "threshold"}`.
  public var json: JSONValue {
    [
      "name": .string(kind.rawValue),
      "threshold": threshold.map { kind.definition.unit.json($0) } ?? .null,
    ]
  }

  /// Whether a document or line of such a measure goes. What cannot be told (0 of 0) stays.
  @inline(__always)
  func drops(_ quantity: Quantity) -> Bool {
    guard let threshold else { return quantity.count > 0 }
    switch kind.definition.side {
    case .below: return quantity.value < threshold
    case .above: return quantity.value > threshold
    case .atLeast: return Double(quantity.count) >= threshold * Double(quantity.total ?? 1)
    }
  }
}

/// What a command line says of a rule.
public enum RuleSetting: Sendable, Equatable {
  case on(FilterRule)
  /// A preset goes without it.
  case off(FilterRule.Kind)

  public var kind: FilterRule.Kind {
    switch self {
    case .on(let rule): rule.kind
    case .off(let kind): kind
    }
  }

  /// Reads `NAME`, `NAME=VALUE` or `NAME=off`.
  public init(_ text: String) throws(FilterRuleError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    try self.init(name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
  }

  /// - Parameter value: a number or `off`; nil takes the default.
  public init(name: String, value: String?) throws(FilterRuleError) {
    guard let kind = FilterRule.Kind(rawValue: name) else { throw .unknownRule(name) }
    guard let value else {
      guard let rule = FilterRule(kind) else { throw .noValue(kind) }
      self = .on(rule)
      return
    }
    guard value != "off" else {
      self = .off(kind)
      return
    }
    guard let number = Self.number(value), kind.definition.accepts(number) else {
      throw .badValue(kind, found: value)
    }
    self = .on(FilterRule(kind, threshold: number))
  }

  /// A plain decimal number: digits with at most one point.
  private static func number(_ text: String) -> Double? {
    text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } ? Double(text) : nil
  }
}
