import CramCommand
import DataPrep
import RingProtocol

extension Console {
  /// Shows all rules and presets.
  func showRules() {
    let rules = FilterRule.Kind.allCases
    for kind in rules {
      let fallback =
        kind.defaultThreshold.map { "=\(number($0))" } ?? (kind.hasThreshold ? "=N" : "")
      say("\(padded(kind.rawValue + fallback, 34))  \(kind.meaning)")
    }
    for preset in FilterPreset.allCases {
      let row = preset.rules.map { rule in
        rule.kind.rawValue + (rule.threshold.map { "=\(number($0))" } ?? "")
      }
      say("preset \(preset.rawValue): \(row.joined(separator: " "))")
    }
    printJSON([
      "rules": .array(rules.map(\.json)), "presets": .array(FilterPreset.allCases.map(\.json)),
    ])
  }

  /// Shows why documents stay or go.
  func show(_ explanations: [Explanation]) {
    for explanation in explanations { for line in explanation.lines { say(line) } }
    printJSON(["documents": .array(explanations.map(\.json))])
  }
}

private func number(_ value: Double) -> String {
  value == value.rounded() && value >= 1 ? "\(Int64(value))" : "\(value)"
}

private func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
