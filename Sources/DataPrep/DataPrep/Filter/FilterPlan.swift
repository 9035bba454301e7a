/// The rules of one run, in the order in which they act.
///
/// Presets and rules act in the order given. A rule that a preset holds too only sets that preset's threshold.
public struct FilterPlan: Sendable, Equatable {
  public private(set) var rules: [FilterRule] = []
  private var explicit: Set<FilterRule.Kind> = []

  public init() {}

  /// Adds the presets of a comma-separated list.
  public mutating func add(presets names: String) throws(FilterRuleError) {
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      guard let preset = FilterPreset(rawValue: String(name)) else {
        throw .unknownPreset(String(name))
      }
      for rule in preset.rules where !rules.contains(where: { $0.kind == rule.kind }) {
        rules.append(rule)
      }
    }
  }

  /// Adds one rule, written `NAME` or `NAME=VALUE`.
  public mutating func add(rule text: String) throws(FilterRuleError) {
    let rule = try FilterRule(text)
    guard explicit.insert(rule.kind).inserted else { throw .givenTwice(rule.kind) }
    if let place = rules.firstIndex(where: { $0.kind == rule.kind }) {
      rules[place] = rule
    } else {
      rules.append(rule)
    }
  }

  /// Whether one of the rules needs a tokenizer.
  public var needsTokenizer: Bool { rules.contains { $0.kind.needsTokenizer } }
}
