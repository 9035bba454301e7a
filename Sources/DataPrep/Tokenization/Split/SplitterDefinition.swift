import RingProtocol

/// How a normalized text is cut into words, each of which is encoded by itself.
package indirect enum SplitterDefinition: Equatable, Sendable {
  /// `\w+|[^\w\s]+`: runs of word characters, runs of marks.
  case whitespace
  /// Runs of anything but white space.
  case whitespaceSplit
  /// Runs between white space, each punctuation mark alone.
  case bert
  /// At punctuation marks; white space is a character like others.
  case punctuation(MarkBehavior)
  /// At digits, one by one or in runs; white space is a character like others.
  case digits(individually: Bool)
  /// One after another, each on the words of the one before.
  case sequence([SplitterDefinition])

  /// What becomes of a mark at which a text is cut.
  package enum MarkBehavior: String, Equatable, Sendable, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  /// Whether white space always ends a word and belongs to none.
  var dropsSpace: Bool {
    switch self {
    case .whitespace, .whitespaceSplit, .bert: true
    case .punctuation, .digits: false
    case .sequence(let parts): parts.contains(where: \.dropsSpace)
    }
  }

  /// What `scalar` is to a splitter that looks at characters one by one; nil for the others.
  func kind(of scalar: UInt32) -> CharacterKind? {
    switch self {
    case .whitespace:
      CharacterTable.isSpace(scalar) ? .space : CharacterTable.isWord(scalar) ? .word : .mark
    case .whitespaceSplit: CharacterTable.isSpace(scalar) ? .space : .word
    case .bert:
      CharacterTable.isSpace(scalar)
        ? .space : CharacterTable.isPunctuation(scalar) ? .single : .word
    case .punctuation(.removed): CharacterTable.isPunctuation(scalar) ? .space : .word
    case .punctuation(.isolated): CharacterTable.isPunctuation(scalar) ? .single : .word
    case .punctuation(.contiguous): CharacterTable.isPunctuation(scalar) ? .mark : .word
    case .digits(true): CharacterTable.isNumeric(scalar) ? .single : .word
    case .digits(false): CharacterTable.isNumeric(scalar) ? .mark : .word
    case .punctuation, .sequence: nil
    }
  }
}

/// What a character is to a splitter.
enum CharacterKind {
  /// Ends a word and is dropped.
  case space
  /// Part of a word with its like.
  case word
  /// Part of a run of marks.
  case mark
  /// A word by itself.
  case single
}

// MARK: - JSON

extension SplitterDefinition {
  static let supported =
    "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits and Sequence"

  init(_ value: JSONValue) throws(DefinitionError) {
    let component = try Component(value, part: "pre_tokenizer")
    switch component.type {
    case "BertPreTokenizer": self = try Self.plain(.bert, component)
    case "Whitespace": self = try Self.plain(.whitespace, component)
    case "WhitespaceSplit": self = try Self.plain(.whitespaceSplit, component)
    case "Punctuation": self = try Self.punctuation(component)
    case "Digits":
      try component.allow("individual_digits")
      self = .digits(individually: try component.bool("individual_digits"))
    case "Sequence":
      try component.allow("pretokenizers")
      var parts: [SplitterDefinition] = []
      for part in try component.array("pretokenizers") { parts.append(try Self(part)) }
      self = .sequence(parts)
    default: throw component.unknownType(supported: Self.supported)
    }
  }

  private static func plain(_ kind: Self, _ component: Component) throws(DefinitionError) -> Self {
    try component.allow()
    return kind
  }

  private static func punctuation(_ component: Component) throws(DefinitionError) -> Self {
    try component.allow("behavior")
    let name = try component.string("behavior", default: MarkBehavior.isolated.rawValue)
    guard let behavior = MarkBehavior(rawValue: name) else {
      throw .unsupported(
        part: "pre_tokenizer.behavior", found: "\"\(name)\"",
        supported: MarkBehavior.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return .punctuation(behavior)
  }

  /// As tokenizer.json has it.
  var json: JSONValue {
    switch self {
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .bert: ["type": "BertPreTokenizer"]
    case .punctuation(let behavior):
      ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .digits(let individually):
      ["type": "Digits", "individual_digits": .bool(individually)]
    case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(\.json))]
    }
  }
}
