import RingProtocol

extension Explanation {
  /// The explanation in lines for people.
  public var lines: [String] {
    let place = name == "\(file):\(line)" ? "" : " (\(file):\(line))"
    return ["\(name)\(place): " + (reason.map { "goes, \($0)" } ?? "stays")]
      + findings.flatMap(\.lines)
  }
}

extension Explanation.Finding {
  var lines: [String] {
    switch self {
    case .measure(let measure): [measure.text]
    case .edit(let edit): edit.texts
    }
  }
}

extension Explanation.Measure {
  /// Rule, value, threshold, what is measured.
  fileprivate var text: String {
    let definition = rule.kind.definition
    let name = rule.kind.rawValue.padded(to: 30)
    return
      "  \(drops ? "goes " : "stays") \(name) \(measured.padded(to: 22)) \(limit)  \(definition.quantity)"
  }

  private var measured: String {
    guard let quantity else { return "nothing" }
    guard let total = quantity.total else {
      return rule.threshold == nil ? (quantity.count > 0 ? "yes" : "no") : "\(quantity.count)"
    }
    guard quantity.value.isFinite else { return "0 of 0" }
    return "\(Explanation.shortened(quantity.value)) (\(quantity.count) of \(total))"
  }

  private var limit: String {
    guard let threshold = rule.threshold else { return "" }
    let number = rule.kind.definition.unit == .count ? "\(Int64(threshold))" : "\(threshold)"
    let sign =
      switch rule.kind.definition.side {
      case .below: "goes below"
      case .above: "goes above"
      case .atLeast: "goes from"
      }
    return "\(sign) \(number)".padded(to: 18)
  }
}

extension Explanation.Edit {
  /// One line for all, then one for each line that does not stay as it is.
  fileprivate var texts: [String] {
    let gone = lines.count { $0.reason != nil }
    let fate =
      drops.map { "goes  \($0.reason)" } ?? (cuts.isEmpty ? "stays as it is" : "stays, changed")
    let bytes = cuts.map { "\($0.reason) \($0.bytes)" }.joined(separator: ", ")
    let head =
      "  \(fate): \(gone) of \(lineCount) lines go, \(sentences) sentences stay"
      + (bytes.isEmpty ? "" : "; bytes: \(bytes)")
    return [head]
      + lines.map { "    line \($0.number) \($0.reason ?? "citations"): \($0.shownText)" }
  }
}

extension Explanation.Line {
  /// The beginning of the line.
  fileprivate var shownText: String { text.count > 100 ? text.prefix(97) + "..." : text }
}

extension Explanation {
  /// Four significant figures or so.
  fileprivate static func shortened(_ value: Double) -> String {
    "\((value * 10_000).rounded() / 10_000)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}
