extension SplitterDefinition {
  /// Calls `body` with each word of `text` in order; none is empty.
  func forEachWord(
    of text: UnsafeBufferPointer<TracedScalar>,
    _ body: (UnsafeBufferPointer<TracedScalar>) -> Void
  ) {
    switch self {
    case .sequence(let parts): Self.forEachWord(of: text, parts[...], body)
    case .punctuation(.mergedWithPrevious): forEachMerged(text, withPrevious: true, body)
    case .punctuation(.mergedWithNext): forEachMerged(text, withPrevious: false, body)
    case .whitespace, .whitespaceSplit, .bert, .punctuation, .digits: forEachRun(of: text, body)
    }
  }

  private static func forEachWord(
    of text: UnsafeBufferPointer<TracedScalar>, _ parts: ArraySlice<SplitterDefinition>,
    _ body: (UnsafeBufferPointer<TracedScalar>) -> Void
  ) {
    guard let first = parts.first else {
      if !text.isEmpty { body(text) }
      return
    }
    first.forEachWord(of: text) { forEachWord(of: $0, parts.dropFirst(), body) }
  }

  /// Cuts where the kind of character changes, and around each that stands alone.
  private func forEachRun(
    of text: UnsafeBufferPointer<TracedScalar>,
    _ body: (UnsafeBufferPointer<TracedScalar>) -> Void
  ) {
    var start = 0
    var current = CharacterKind.space
    for (position, one) in text.enumerated() {
      let found = kind(of: one.scalar)!
      guard found != current || found == .single else { continue }
      if current != .space { body(UnsafeBufferPointer(rebasing: text[start..<position])) }
      (start, current) = (position, found)
    }
    if current != .space, start < text.count {
      body(UnsafeBufferPointer(rebasing: text[start...]))
    }
  }

  /// Cuts around punctuation, where the one of several marks that is next to other text belongs to that text.
  private func forEachMerged(
    _ text: UnsafeBufferPointer<TracedScalar>, withPrevious: Bool,
    _ body: (UnsafeBufferPointer<TracedScalar>) -> Void
  ) {
    var start = 0
    for position in text.indices.dropFirst() {
      let before = CharacterTable.isPunctuation(text[position - 1].scalar)
      let here = CharacterTable.isPunctuation(text[position].scalar)
      // A mark is merged with text that is none, never with another mark.
      guard withPrevious ? before : here else { continue }
      body(UnsafeBufferPointer(rebasing: text[start..<position]))
      start = position
    }
    if start < text.count { body(UnsafeBufferPointer(rebasing: text[start...])) }
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
