/// The whole way from text to pieces, the obvious one: every other way must give the same.
struct Pipeline: Sendable {
  let steps: [NormalizerStep]
  let splitter: SplitterDefinition
  let model: WordPieceModel
  /// Added tokens looked for in the text as it is.
  let rawTokens: AddedTokenFinder
  /// Added tokens looked for in the normalized text.
  let normalizedTokens: AddedTokenFinder
  /// Whether a text may be cut at the bytes of `Separator` and its parts encoded one by one.
  let isLocal: Bool
  /// Whether an ASCII text stays one through all steps.
  let keepsASCII: Bool
  /// The steps that can change an ASCII text.
  let asciiSteps: [NormalizerStep]

  init(
    steps: [NormalizerStep], splitter: SplitterDefinition, model: WordPieceModel,
    addedTokens: [AddedToken]
  ) {
    (self.steps, self.splitter, self.model) = (steps, splitter, model)
    rawTokens = AddedTokenFinder(addedTokens.filter { !$0.isNormalized }) { $0 }
    normalizedTokens = AddedTokenFinder(addedTokens.filter(\.isNormalized)) { content in
      var (text, spare) = (content, [TracedScalar]())
      for step in steps { Self.apply(step, &text, &spare) }
      return text
    }
    keepsASCII = steps.allSatisfy {
      if case .replace(_, let content) = $0 { content.allSatisfy { $0 < 0x80 } } else { true }
    }
    asciiSteps = keepsASCII ? steps.filter { !$0.leavesASCII } : steps
    let takesSpace = addedTokens.contains { $0.stripsLeft || $0.stripsRight }
    isLocal =
      splitter.dropsSpace && steps.allSatisfy(\.isLocal) && !rawTokens.holdsAny(of: Separator.all)
      && !normalizedTokens.holdsAny(of: Separator.all)
      && (!takesSpace || Self.keepsSpace(steps))
  }

  /// Whether white space of any kind can only become white space or nothing: then it does not matter how much of it a token takes along.
  private static func keepsSpace(_ steps: [NormalizerStep]) -> Bool {
    let spaces = (UInt32(0)..<0x3001).filter(CharacterTable.isSpace)
    return steps.allSatisfy { $0.leaves(spaces) }
      && spaces.allSatisfy { space in
        var (text, spare) = ([TracedScalar(scalar: space, start: 0, end: 1)], [TracedScalar]())
        for step in steps { apply(step, &text, &spare) }
        return text.allSatisfy { CharacterTable.isSpace($0.scalar) }
      }
  }

  /// Buffers that are reused from text to text; one for each thread.
  struct Scratch {
    fileprivate var raw: [TracedScalar] = []
    fileprivate var text: [TracedScalar] = []
    fileprivate var spare: [TracedScalar] = []
    /// What the last text became.
    var pieces: [FoundPiece] = []
  }

  /// What a text is cut into before it is encoded.
  enum Part {
    case token(FoundPiece)
    case word(UnsafeBufferPointer<TracedScalar>)
  }

  /// Encodes `bytes` into `scratch.pieces`.
  func encode(_ bytes: UnsafeBufferPointer<UInt8>, _ scratch: inout Scratch) {
    var pieces = scratch.pieces
    scratch.pieces = []
    pieces.removeAll(keepingCapacity: true)
    forEachPart(of: bytes, &scratch) { part in
      switch part {
      case .token(let piece): pieces.append(piece)
      case .word(let word): model.encode(word, into: &pieces)
      }
    }
    scratch.pieces = pieces
  }

  /// Calls `body` with each added token and each normalized word of `bytes` in order.
  func forEachPart(
    of bytes: UnsafeBufferPointer<UInt8>, _ scratch: inout Scratch, _ body: (Part) -> Void
  ) {
    scratch.raw.removeAll(keepingCapacity: true)
    let isASCII = scratch.raw.append(utf8: bytes)
    let raw = scratch.raw
    raw.withUnsafeBufferPointer { raw in
      guard rawTokens.mayOccur(in: raw) else {
        return words(of: raw, isASCII: isASCII, &scratch, body)
      }
      for part in rawTokens.parts(of: raw) {
        let text = UnsafeBufferPointer(rebasing: raw[part.range])
        if let id = part.id {
          body(.token(Self.token(id, text)))
        } else {
          words(of: text, isASCII: isASCII, &scratch, body)
        }
      }
    }
  }

  /// Normalizes `raw` and cuts it.
  private func words(
    of raw: UnsafeBufferPointer<TracedScalar>, isASCII: Bool, _ scratch: inout Scratch,
    _ body: (Part) -> Void
  ) {
    scratch.text.removeAll(keepingCapacity: true)
    scratch.text.append(contentsOf: raw)
    for step in isASCII ? asciiSteps : steps {
      Self.apply(step, &scratch.text, &scratch.spare)
    }
    scratch.text.withUnsafeBufferPointer { text in
      guard normalizedTokens.mayOccur(in: text) else {
        return splitter.forEachWord(of: text) { body(.word($0)) }
      }
      for part in normalizedTokens.parts(of: text) {
        let inner = UnsafeBufferPointer(rebasing: text[part.range])
        if let id = part.id {
          body(.token(Self.token(id, inner)))
        } else {
          splitter.forEachWord(of: inner) { body(.word($0)) }
        }
      }
    }
  }

  /// An ASCII text after all steps.
  func normalized(_ ascii: [UInt8]) -> [UInt32] {
    var (text, spare) = ([TracedScalar](), [TracedScalar]())
    ascii.withUnsafeBufferPointer { _ = text.append(utf8: $0) }
    for step in asciiSteps { Self.apply(step, &text, &spare) }
    return text.map(\.scalar)
  }

  private static func apply(
    _ step: NormalizerStep, _ text: inout [TracedScalar], _ spare: inout [TracedScalar]
  ) {
    spare.removeAll(keepingCapacity: true)
    text.withUnsafeBufferPointer { step.apply(to: $0, into: &spare) }
    swap(&text, &spare)
  }

  private static func token(
    _ id: Int, _ text: UnsafeBufferPointer<TracedScalar>
  ) -> FoundPiece {
    FoundPiece(
      id: UInt32(id), start: text.first?.start ?? 0, end: text.last?.end ?? 0)
  }
}
