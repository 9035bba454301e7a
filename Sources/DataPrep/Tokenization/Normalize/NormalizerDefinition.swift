import RingProtocol

/// What is done to a text before it is cut into words, as tokenizer.json writes it.
package indirect enum NormalizerDefinition: Equatable, Sendable {
  case sequence([NormalizerDefinition])
  case bert(cleanText: Bool, spaceChinese: Bool, stripAccents: Bool?, lowercase: Bool)
  case nfc
  case nfd
  case nfkc
  case nfkd
  case lowercase
  case stripAccents
  case strip(left: Bool, right: Bool)
  case replaceText(String, by: String)
  case replaceExpression(String, by: String)

  /// The changes in their order; refuses expressions that are not understood.
  func steps() throws(DefinitionError) -> [NormalizerStep] {
    switch self {
    case .sequence(let parts):
      var steps: [NormalizerStep] = []
      for part in parts { steps += try part.steps() }
      return steps
    case .bert(let clean, let chinese, let strip, let lower):
      return (clean ? [.clean] : []) + (chinese ? [.spaceChinese] : [])
        + (strip ?? lower ? [.decompose(.canonical), .stripNonspacing] : [])
        + (lower ? [.lowercase] : [])
    case .nfc: return [.decompose(.canonical), .compose]
    case .nfd: return [.decompose(.canonical)]
    case .nfkc: return [.decompose(.compatibility), .compose]
    case .nfkd: return [.decompose(.compatibility)]
    case .lowercase: return [.lowercase]
    case .stripAccents: return [.stripMarks]
    case .strip(let left, let right): return [.strip(left: left, right: right)]
    case .replaceText(let text, let content):
      return text.isEmpty ? [] : [.replace(Pattern(literal: text), by: content.scalarValues)]
    case .replaceExpression(let expression, let content):
      return [.replace(try pattern(expression), by: content.scalarValues)]
    }
  }

  private func pattern(_ expression: String) throws(DefinitionError) -> Pattern {
    do throws(PatternError) { return try Pattern(expression: expression) } catch {
      throw .unsupported(
        part: "normalizer", found: "expression \"\(expression)\" with \(error.found)",
        supported: "characters, sets and repetitions")
    }
  }
}

extension String {
  var scalarValues: [UInt32] { unicodeScalars.map(\.value) }
}

// MARK: - JSON

extension NormalizerDefinition {
  static let supported =
    "Sequence, BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip and Replace"

  init(_ value: JSONValue) throws(DefinitionError) {
    let component = try Component(value, part: "normalizer")
    switch component.type {
    case "Sequence":
      try component.allow("normalizers")
      var parts: [NormalizerDefinition] = []
      for part in try component.array("normalizers") { parts.append(try Self(part)) }
      self = .sequence(parts)
    case "BertNormalizer": self = try Self.bert(component)
    case "NFC": self = try Self.plain(.nfc, component)
    case "NFD": self = try Self.plain(.nfd, component)
    case "NFKC": self = try Self.plain(.nfkc, component)
    case "NFKD": self = try Self.plain(.nfkd, component)
    case "Lowercase": self = try Self.plain(.lowercase, component)
    case "StripAccents": self = try Self.plain(.stripAccents, component)
    case "Strip":
      try component.allow("strip_left", "strip_right")
      self = .strip(
        left: try component.bool("strip_left"), right: try component.bool("strip_right"))
    case "Replace": self = try Self.replace(component)
    default: throw component.unknownType(supported: Self.supported)
    }
  }

  private static func plain(_ kind: Self, _ component: Component) throws(DefinitionError) -> Self {
    try component.allow()
    return kind
  }

  private static func bert(_ component: Component) throws(DefinitionError) -> Self {
    try component.allow("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
    let hasStrip = component["strip_accents"] != nil
    return .bert(
      cleanText: try component.bool("clean_text"),
      spaceChinese: try component.bool("handle_chinese_chars"),
      stripAccents: hasStrip ? try component.bool("strip_accents") : nil,
      lowercase: try component.bool("lowercase"))
  }

  private static func replace(_ component: Component) throws(DefinitionError) -> Self {
    try component.allow("pattern", "content")
    let content = try component.string("content")
    let pattern = try Component(component["pattern"] ?? .null, part: "normalizer.pattern")
    try pattern.allow("String", "Regex")
    if pattern["Regex"] != nil {
      return .replaceExpression(try pattern.string("Regex"), by: content)
    }
    return .replaceText(try pattern.string("String"), by: content)
  }

  /// As tokenizer.json has it.
  var json: JSONValue {
    switch self {
    case .sequence(let parts):
      ["type": "Sequence", "normalizers": .array(parts.map(\.json))]
    case .bert(let clean, let chinese, let strip, let lower):
      [
        "type": "BertNormalizer", "clean_text": .bool(clean),
        "handle_chinese_chars": .bool(chinese),
        "strip_accents": strip.map(JSONValue.bool) ?? .null, "lowercase": .bool(lower),
      ]
    case .nfc: ["type": "NFC"]
    case .nfd: ["type": "NFD"]
    case .nfkc: ["type": "NFKC"]
    case .nfkd: ["type": "NFKD"]
    case .lowercase: ["type": "Lowercase"]
    case .stripAccents: ["type": "StripAccents"]
    case .strip(let left, let right):
      ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .replaceText(let text, let content):
      ["type": "Replace", "pattern": ["String": .string(text)], "content": .string(content)]
    case .replaceExpression(let expression, let content):
      ["type": "Replace", "pattern": ["Regex": .string(expression)], "content": .string(content)]
    }
  }
}

extension NormalizerDefinition {
  /// `text` after all changes.
  package func normalized(_ text: String) throws(TokenizerError) -> String {
    let steps: [NormalizerStep]
    do throws(DefinitionError) { steps = try self.steps() } catch { throw error.at("normalizer") }
    return steps.reduce([TracedScalar].tracing(text)) { text, step in
      var changed: [TracedScalar] = []
      text.withUnsafeBufferPointer { step.apply(to: $0, into: &changed) }
      return changed
    }.text
  }
}
