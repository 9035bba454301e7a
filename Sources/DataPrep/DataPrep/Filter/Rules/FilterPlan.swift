/// The rules of one run, in the order in which they act.
///
/// Presets and rules act in the order given, each on the text that the one before left. A rule that a preset holds too only
/// sets that preset's threshold, or with `off` leaves it out.
public struct FilterPlan: Sendable, Equatable {
  private var entries: [Entry] = []
  private var settings: [FilterRule.Kind: RuleSetting] = [:]

  private var leftOut: Set<FilterRule.Kind> = []

  private struct Entry: Equatable {
    var rule: FilterRule
    var isOfPreset: Bool
  }

  public init() {}

  /// All rules, in their order.
  public var rules: [FilterRule] { entries.map(\.rule) }

  /// Adds the presets of a comma-separated list.
  public mutating func add(presets names: String) throws(FilterRuleError) {
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      guard let preset = FilterPreset(rawValue: String(name)) else {
        throw .unknownPreset(String(name))
      }
      add(preset)
    }
  }

  private mutating func add(_ preset: FilterPreset) { add(preset.rules) }

  /// Adds the items of a recipe.
  public mutating func add(_ recipe: FilterRecipe) { add(recipe.rules) }

  /// Adds rules whose thresholds the command line may set.
  private mutating func add(_ rules: [FilterRule]) {
    entries.removeAll { entry in
      !entry.isOfPreset && rules.contains { $0.kind == entry.rule.kind }
    }
    for rule in rules {
      switch settings[rule.kind] {
      case nil: entries.append(Entry(rule: rule, isOfPreset: true))
      case .on(let rule): entries.append(Entry(rule: rule, isOfPreset: true))
      case .off: leftOut.insert(rule.kind)
      }
    }
  }

  /// Adds one rule, written `NAME`, `NAME=VALUE` or `NAME=off`.
  public mutating func add(rule text: String) throws(FilterRuleError) {
    try add(RuleSetting(text))
  }

  /// Adds one rule.
  public mutating func add(_ setting: RuleSetting) throws(FilterRuleError) {
    let kind = setting.kind
    guard settings.updateValue(setting, forKey: kind) == nil else { throw .givenTwice(kind) }
    switch setting {
    case .off:
      if entries.contains(where: { $0.rule.kind == kind }) { leftOut.insert(kind) }
      entries.removeAll { $0.rule.kind == kind }
    case .on(let rule):
      guard entries.contains(where: { $0.rule.kind == kind }) else {
        return entries.append(Entry(rule: rule, isOfPreset: false))
      }
      for place in entries.indices where entries[place].rule.kind == kind {
        entries[place].rule = rule
      }
    }
  }

  /// Refuses to leave out what no preset brought.
  public func verify() throws(FilterRuleError) {
    for (kind, setting) in settings where setting == .off(kind) && !leftOut.contains(kind) {
      throw .offWithoutPreset(kind)
    }
  }

  /// Whether one of the rules needs a tokenizer.
  public var needsTokenizer: Bool { rules.contains { $0.kind.needsTokenizer } }

  /// The rules in groups that look at the same text: each a single rule that only measures, or a row of those that edit lines.
  var steps: [FilterStep] {
    var steps: [FilterStep] = []
    for rule in rules {
      if rule.kind.isOfLines, case .edit(let row) = steps.last {
        steps[steps.count - 1] = .edit(row + [rule])
      } else {
        steps.append(rule.kind.isOfLines ? .edit([rule]) : .measure(rule))
      }
    }
    return steps
  }
}

/// What acts on one text.
enum FilterStep: Equatable {
  case measure(FilterRule)
  /// Rules of lines: together one pass over the lines, in the order of the preset `c4`.
  case edit([FilterRule])
}
