/// One change of the whole text, the smallest part that a normalizer is made of.
enum NormalizerStep: Equatable, Sendable {
  /// BERT's clean-up: controls vanish, white space becomes a space.
  case clean
  /// Spaces on both sides of each ideograph.
  case spaceChinese
  case decompose(Decomposition)
  /// Joins what is decomposed and in canonical order.
  case compose
  /// Deletes what `BertNormalizer` takes for accents.
  case stripNonspacing
  /// Deletes what `StripAccents` takes for accents.
  case stripMarks
  case lowercase
  /// Trims white space at the ends of the text.
  case strip(left: Bool, right: Bool)
  case replace(Pattern, by: [UInt32])

  /// Appends the changed `text` to `result`.
  func apply(to text: UnsafeBufferPointer<TracedScalar>, into result: inout [TracedScalar]) {
    switch self {
    case .clean: appendClean(text, &result)
    case .spaceChinese: appendSpaced(text, &result)
    case .decompose(let form): form.apply(to: text, into: &result)
    case .compose: Composition.apply(to: text, into: &result)
    case .stripNonspacing:
      for one in text where !CharacterTable.isNonspacing(one.scalar) { result.append(one) }
    case .stripMarks:
      for one in text where !CharacterTable.isMark(one.scalar) { result.append(one) }
    case .lowercase: appendLowercase(text, &result)
    case .strip(let left, let right): appendStripped(text, &result, left: left, right: right)
    case .replace(let pattern, let content): appendReplaced(pattern, content, text, &result)
    }
  }

  /// Whether the step leaves every ASCII text as it is.
  var leavesASCII: Bool {
    switch self {
    case .spaceChinese, .decompose, .compose, .stripNonspacing, .stripMarks: true
    case .replace(let pattern, _): pattern.items.contains { $0.minimum > 0 && !$0.set.hasASCII }
    case .clean, .lowercase, .strip: false
    }
  }

  /// Whether a text cut at the spaces of `Separator` gives the same words cut before the step as after it.
  var isLocal: Bool {
    switch self {
    case .clean, .spaceChinese, .decompose, .compose, .stripNonspacing, .stripMarks, .lowercase:
      true
    case .strip: false
    case .replace(let pattern, let content):
      !pattern.items.contains { item in Separator.all.contains { item.set.contains(UInt32($0)) } }
        || onlySpace(pattern) && !content.isEmpty && content.allSatisfy(CharacterTable.isSpace)
    }
  }

  /// Whether no replacement puts anything but white space in the place of `spaces`.
  func leaves(_ spaces: [UInt32]) -> Bool {
    guard case .replace(let pattern, let content) = self else { return true }
    return !pattern.items.contains { item in spaces.contains { item.set.contains($0) } }
      || onlySpace(pattern) && content.allSatisfy(CharacterTable.isSpace)
  }

  private func onlySpace(_ pattern: Pattern) -> Bool {
    pattern.items.allSatisfy { item in
      !item.set.isInverted && item.set.ranges.joined().allSatisfy(CharacterTable.isSpace)
    }
  }
}

/// The bytes at which a text may be cut without changing its words.
enum Separator {
  static let all: [UInt8] = [0x09, 0x0A, 0x0D, 0x20]
}

private func appendClean(
  _ text: UnsafeBufferPointer<TracedScalar>, _ result: inout [TracedScalar]
) {
  for one in text where !CharacterTable.isControl(one.scalar) {
    result.append(CharacterTable.isSpace(one.scalar) ? one.with(0x20) : one)
  }
}

private func appendSpaced(
  _ text: UnsafeBufferPointer<TracedScalar>, _ result: inout [TracedScalar]
) {
  for one in text {
    guard CharacterTable.isChinese(one.scalar) else {
      result.append(one)
      continue
    }
    result.append(one.with(0x20))
    result.append(one)
    result.append(one.with(0x20))
  }
}

private func appendLowercase(
  _ text: UnsafeBufferPointer<TracedScalar>, _ result: inout [TracedScalar]
) {
  for one in text {
    if one.scalar < 0x80 {
      result.append((0x41...0x5A).contains(one.scalar) ? one.with(one.scalar + 0x20) : one)
    } else if let lower = CharacterTable.lowercase(one.scalar) {
      for scalar in lower { result.append(one.with(scalar)) }
    } else {
      result.append(one)
    }
  }
}

private func appendStripped(
  _ text: UnsafeBufferPointer<TracedScalar>, _ result: inout [TracedScalar], left: Bool, right: Bool
) {
  var (first, end) = (0, text.count)
  while left, first < end, CharacterTable.isSpace(text[first].scalar) { first += 1 }
  while right, end > first, CharacterTable.isSpace(text[end - 1].scalar) { end -= 1 }
  result.append(contentsOf: text[first..<end])
}

private func appendReplaced(
  _ pattern: Pattern, _ content: [UInt32], _ text: UnsafeBufferPointer<TracedScalar>,
  _ result: inout [TracedScalar]
) {
  var position = 0
  while position < text.count {
    guard let end = pattern.match(text, at: position), end > position else {
      result.append(text[position])
      position += 1
      continue
    }
    let (start, stop) = (text[position].start, text[end - 1].end)
    for scalar in content {
      result.append(TracedScalar(scalar: scalar, start: start, end: stop))
    }
    position = end
  }
}
