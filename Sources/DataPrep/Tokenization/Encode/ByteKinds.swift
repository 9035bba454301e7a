import CTextKernels

/// What each ASCII byte is to the fast way, found by sending it through the obvious one.
struct ByteKinds {
  private(set) var kinds = [UInt8](repeating: 0, count: 128)
  private(set) var folded = [UInt8](0..<128)
  private(set) var marksStandAlone = false
  let foldsCase: Bool

  private static let word = UInt8(CRAM_BYTE_WORD)
  private static let mark = UInt8(CRAM_BYTE_MARK)
  private static let stop = UInt8(CRAM_BYTE_STOP)
  private static let token = UInt8(CRAM_BYTE_TOKEN)
  private static let changed = UInt8(CRAM_BYTE_CHANGED)

  private static let letters: [UInt8] = Array(0x41...0x5A)

  /// Nil where ASCII text may not be encoded word by word.
  init?(_ pipeline: Pipeline) {
    guard pipeline.isLocal, pipeline.splitter.kind(of: 0) != nil, pipeline.keepsASCII,
      pipeline.normalizedTokens.isEmpty,
      pipeline.rawTokens.contents.allSatisfy({ $0[0] < 0x80 })
    else { return nil }
    foldsCase = pipeline.asciiSteps.contains(.lowercase)
    for byte in UInt8(0)..<128 { classify(byte, pipeline) }
    guard Separator.all.allSatisfy({ kinds[Int($0)] == 0 }) else { return nil }
    for step in pipeline.asciiSteps {
      guard case .replace(let pattern, let content) = step else { continue }
      guard admit(pattern, content, pipeline.splitter) else { return nil }
    }
    // A word's case is folded before its key is made: no step may look at it.
    guard Self.letters.allSatisfy({ foldsAsExpected($0) }) else { return nil }
    for content in pipeline.rawTokens.contents { kinds[Int(content[0])] |= Self.token }
  }

  /// Sends `byte` through all steps alone.
  private mutating func classify(_ byte: UInt8, _ pipeline: Pipeline) {
    let result = pipeline.normalized([byte])
    guard byte > 0, result.count == 1, result[0] < 0x80 else {
      // What vanishes or multiplies is left to the obvious way; a zero byte would look like the end of a key.
      return kinds[Int(byte)] = Self.stop
    }
    switch pipeline.splitter.kind(of: result[0]) {
    case nil, .space: kinds[Int(byte)] = 0
    case .word: kinds[Int(byte)] = Self.word
    case .mark: kinds[Int(byte)] = Self.mark
    case .single:
      kinds[Int(byte)] = Self.mark
      marksStandAlone = true
    }
    folded[Int(byte)] = UInt8(result[0])
    let isLetter = Self.letters.contains(byte)
    let isFolded = result[0] == UInt32(isLetter && foldsCase ? byte | 0x20 : byte)
    if kinds[Int(byte)] != 0, !isFolded { kinds[Int(byte)] |= Self.changed }
  }

  /// Whether a replacement stays inside words: all that it can match is of one kind, and so is what it puts there.
  private mutating func admit(
    _ pattern: Pattern, _ content: [UInt32], _ splitter: SplitterDefinition
  ) -> Bool {
    let matched = (UInt8(0)..<128).filter { byte in
      pattern.items.contains { $0.set.contains(UInt32(byte)) }
    }.filter { kinds[Int($0)] & Self.stop == 0 }
    let all = Set(matched.map { kinds[Int($0)] & ~Self.changed })
    guard let kind = all.first else { return true }
    guard all.count == 1, !content.isEmpty,
      content.allSatisfy({ self.kind(of: $0, splitter) == kind }),
      !matched.contains(where: { Self.letters.contains($0 & ~0x20) })
    else { return false }
    guard kind != 0 else { return true }
    if kind == Self.mark, marksStandAlone, content.count > 1 || !pattern.isSingle { return false }
    for byte in matched { kinds[Int(byte)] |= Self.changed }
    return true
  }

  private func kind(of scalar: UInt32, _ splitter: SplitterDefinition) -> UInt8 {
    switch splitter.kind(of: scalar) {
    case nil, .space: 0
    case .word: Self.word
    case .mark, .single: Self.mark
    }
  }

  private func foldsAsExpected(_ letter: UInt8) -> Bool {
    kinds[Int(letter)] == Self.word && kinds[Int(letter | 0x20)] == Self.word
  }

  func store(into rules: UnsafeMutablePointer<cram_word_rules>) {
    withUnsafeMutableBytes(of: &rules.pointee.kinds.of) { $0.copyBytes(from: kinds) }
    withUnsafeMutableBytes(of: &rules.pointee.folded) { $0.copyBytes(from: folded) }
    cram_byte_kinds_finish(&rules.pointee.kinds)
    rules.pointee.folds_case = foldsCase
    rules.pointee.marks_stand_alone = marksStandAlone
  }
}
