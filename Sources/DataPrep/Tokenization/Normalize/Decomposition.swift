/// Characters taken apart into letters and marks, the marks in their canonical order.
enum Decomposition: Equatable, Sendable {
  /// NFD: é becomes e and an accent.
  case canonical
  /// NFKD: also ﬁ becomes f and i.
  case compatibility

  /// Appends the decomposed `text` to `result`.
  func apply(to text: UnsafeBufferPointer<TracedScalar>, into result: inout [TracedScalar]) {
    let start = result.count
    for one in text {
      if one.scalar < 0x80 {
        result.append(one)
      } else {
        decompose(one, into: &result)
      }
    }
    orderMarks(&result, from: start)
  }

  private func decompose(_ one: TracedScalar, into result: inout [TracedScalar]) {
    if (0xAC00..<0xD7A4).contains(one.scalar) { return decomposeHangul(one, into: &result) }
    let parts =
      switch self {
      case .canonical: CharacterTable.canonical(one.scalar)
      case .compatibility: CharacterTable.compatibility(one.scalar)
      }
    guard let parts else { return result.append(one) }
    for part in parts { result.append(one.with(part)) }
  }

  /// The Unicode Standard, 3.12: syllables are arithmetic.
  private func decomposeHangul(_ one: TracedScalar, into result: inout [TracedScalar]) {
    let index = one.scalar - 0xAC00
    result.append(one.with(0x1100 + index / 588))
    result.append(one.with(0x1161 + index % 588 / 28))
    if index % 28 > 0 { result.append(one.with(0x11A7 + index % 28)) }
  }

  /// Sorts each run of marks by class, keeping the order within a class.
  private func orderMarks(_ text: inout [TracedScalar], from start: Int) {
    var position = start
    while position < text.count {
      guard text[position].scalar >= 0x80, CharacterTable.combiningClass(text[position].scalar) > 0
      else {
        position += 1
        continue
      }
      let first = position
      while position < text.count, CharacterTable.combiningClass(text[position].scalar) > 0 {
        position += 1
      }
      if position - first > 1 { sortMarks(&text, first..<position) }
    }
  }

  private func sortMarks(_ text: inout [TracedScalar], _ run: Range<Int>) {
    let keyed = text[run].map { (CharacterTable.combiningClass($0.scalar), $0) }
    let sorted = keyed.enumerated().sorted {
      ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
    }
    for (place, (_, element)) in zip(run, sorted) { text[place] = element.1 }
  }
}
