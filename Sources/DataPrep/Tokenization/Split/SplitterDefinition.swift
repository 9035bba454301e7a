import RingProtocol

/// How a normalized text is cut into words, each of which is encoded by itself.
package enum SplitterDefinition: String, Equatable, Sendable {
  /// `\w+|[^\w\s]+`: runs of word characters, runs of marks.
  case whitespace = "Whitespace"
  /// Runs of anything but white space.
  case whitespaceSplit = "WhitespaceSplit"
  /// Runs between white space, each punctuation mark alone.
  case bert = "BertPreTokenizer"

  static let supported = "BertPreTokenizer, Whitespace and WhitespaceSplit"

  init(_ value: JSONValue) throws(DefinitionError) {
    let component = try Component(value, part: "pre_tokenizer")
    guard let kind = component.type.flatMap(Self.init(rawValue:)) else {
      throw component.unknownType(supported: Self.supported)
    }
    try component.allow()
    self = kind
  }

  var json: JSONValue { ["type": .string(rawValue)] }

  /// What `scalar` is to this splitter.
  func kind(of scalar: UInt32) -> CharacterKind {
    if CharacterTable.isSpace(scalar) { return .space }
    return switch self {
    case .whitespace: CharacterTable.isWord(scalar) ? .word : .mark
    case .whitespaceSplit: .word
    case .bert: CharacterTable.isPunctuation(scalar) ? .single : .word
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

extension SplitterDefinition {
  /// Calls `body` with each word of `text` in order.
  func forEachWord(
    of text: UnsafeBufferPointer<TracedScalar>,
    _ body: (UnsafeBufferPointer<TracedScalar>) -> Void
  ) {
    var start = 0
    var current = CharacterKind.space
    for (position, one) in text.enumerated() {
      let found = kind(of: one.scalar)
      guard found != current || found == .single else { continue }
      if current != .space { body(UnsafeBufferPointer(rebasing: text[start..<position])) }
      (start, current) = (position, found)
    }
    if current != .space, start < text.count {
      body(UnsafeBufferPointer(rebasing: text[start...]))
    }
  }
}

extension SplitterDefinition {
  /// The words of `text`.
  package func words(of text: String) -> [String] {
    var words: [String] = []
    [TracedScalar].tracing(text).withUnsafeBufferPointer { scalars in
      forEachWord(of: scalars) { words.append(Array($0).text) }
    }
    return words
  }
}
