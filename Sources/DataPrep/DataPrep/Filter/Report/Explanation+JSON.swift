import RingProtocol

extension Explanation {
  /// `{"id", "file", "line", "reason", "findings": […]}`; a finding has `rule, threshold, quantity, value, count, total, drops`, or is
  /// `{"rules", "lines": [{"line", "reason", "text"}], "line_count", "sentences", "drops", "changed"}`.
  public var json: JSONValue {
    [
      "id": .string(name), "file": .string(file), "line": .int(Int64(line)),
      "reason": reason.map(JSONValue.string) ?? .null, "findings": .array(findings.map(\.json)),
    ]
  }
}

extension Explanation.Finding {
  var json: JSONValue {
    switch self {
    case .measure(let measure): measure.json
    case .edit(let edit): edit.json
    }
  }
}

extension Explanation.Measure {
  var json: JSONValue {
    [
      "rule": .string(rule.kind.rawValue),
      "threshold": rule.threshold.map { rule.kind.definition.unit.json($0) } ?? .null,
      "quantity": .string(rule.kind.definition.quantity),
      "value": quantity?.json ?? .null,
      "count": quantity.map { .int(Int64($0.count)) } ?? .null,
      "total": (quantity?.total).map { .int(Int64($0)) } ?? .null,
      "drops": .bool(drops),
    ]
  }
}

extension Explanation.Edit {
  var json: JSONValue {
    [
      "rules": .array(rules.map(\.json)), "lines": .array(lines.map(\.json)),
      "line_count": .int(Int64(lineCount)), "sentences": .int(Int64(sentences)),
      "drops": drops.map { .string($0.rawValue) } ?? .null,
      "changed": .object(cuts.map { .init($0.reason, .int(Int64($0.bytes))) }),
    ]
  }
}

extension Explanation.Line {
  var json: JSONValue {
    [
      "line": .int(Int64(number)), "reason": reason.map(JSONValue.string) ?? .null,
      "text": .string(text),
    ]
  }
}
