import CTextKernels

/// What is peeled off the ends of a chunk, and what parts its inside: the rules of spaCy's English tokenizer, with
/// the characters that they name in `cram_splitter_flags`.
extension ChunkCharacters {
  /// How many characters go off the front: one that is a prefix (a plus only before no digit), a row of periods, or `US$`, `C$`, `A$`.
  func prefixLength(_ low: Int, _ high: Int) -> Int {
    let first = scalars[low]
    if has(low, CRAM_SPLITTER_PREFIX) {
      return first == scalar("+") && low + 1 < high && isDigit(low + 1) ? 0 : 1
    }
    switch first {
    case scalar("."):
      let row = periods(from: low, high)
      return row >= 2 ? row : 0
    case scalar("U"):
      return high - low >= 3 && scalars[low + 1] == scalar("S") && scalars[low + 2] == scalar("$")
        ? 3 : 0
    case scalar("C"), scalar("A"):
      return high - low >= 2 && scalars[low + 1] == scalar("$") ? 2 : 0
    default: return 0
    }
  }

  /// How many characters go off the end: the longest that one of the rules takes.
  func suffixLength(_ low: Int, _ high: Int, units: KeyTable) -> Int {
    guard low < high else { return 0 }
    let last = high - 1
    let one = has(last, CRAM_SPLITTER_SUFFIX) ? 1 : 0
    let before = last > low ? scalars[last - 1] : 0
    switch scalars[last] {
    case scalar("."): return finalPeriods(low, high)
    case scalar("…"): return before == scalar("…") ? 2 : 1
    case scalar("s"), scalar("S"):
      if before == scalar("'") || before == scalar("’") { return 2 }
    case scalar("+"): return last > low && isDigit(last - 1) ? 1 : 0
    default: break
    }
    return max(one, unitLength(low, high, units))
  }

  /// A row of periods goes as a whole; a single one behind certain characters, two capitals, or a degree.
  private func finalPeriods(_ low: Int, _ high: Int) -> Int {
    let row = periods(before: high, low)
    guard row == 1 else { return row }
    let before = high - 2
    guard before >= low else { return 0 }
    if has(before, CRAM_SPLITTER_BEFORE_PERIOD) { return 1 }
    guard before > low else { return 0 }
    if has(before, CRAM_SPLITTER_UPPER), has(before - 1, CRAM_SPLITTER_UPPER) { return 1 }
    let isDegree = scalars[before - 1] == scalar("°")
    return isDegree && [0x46, 0x66, 0x43, 0x63, 0x4B, 0x6B].contains(scalars[before]) ? 1 : 0
  }

  /// A unit of measure or a currency behind a digit. None holds a digit, and none is longer than five characters.
  private func unitLength(_ low: Int, _ high: Int, _ units: KeyTable) -> Int {
    var start = high - 1
    let least = max(low, high - 6)
    guard !isDigit(start) else { return 0 }
    while start > least, !isDigit(start - 1) { start -= 1 }
    guard start > low, isDigit(start - 1) else { return 0 }
    return units.value(of: key(Int(offsets[start]), Int(offsets[high]))) == nil ? 0 : high - start
  }

  /// How many characters part the chunk at `place`; the first rule that takes one decides.
  func infixLength(at place: Int, _ low: Int, _ high: Int) -> Int {
    let character = scalars[place]
    if has(place, CRAM_SPLITTER_INFIX) { return 1 }
    let (isFirst, isLast) = (place == low, place + 1 == high)
    switch character {
    case scalar("."):
      let row = periods(from: place, high)
      if row >= 2 { return row }
      return !isFirst && !isLast && has(place - 1, CRAM_SPLITTER_LOWER | CRAM_SPLITTER_QUOTE)
        && has(place + 1, CRAM_SPLITTER_UPPER | CRAM_SPLITTER_QUOTE) ? 1 : 0
    case scalar("+"), scalar("*"), scalar("^"): return isBetweenDigits(place, low, high) ? 1 : 0
    case scalar("-"):
      return isBetweenDigits(place, low, high) ? 1 : hyphenLength(at: place, low, high)
    case scalar("–"), scalar("—"), scalar("~"): return hyphenLength(at: place, low, high)
    case scalar(","):
      return !isFirst && !isLast && has(place - 1, CRAM_SPLITTER_ALPHA)
        && has(place + 1, CRAM_SPLITTER_ALPHA) ? 1 : 0
    case scalar(":"), scalar("<"), scalar(">"), scalar("="), scalar("/"):
      return isBehindWord(place, low) && !isLast && has(place + 1, CRAM_SPLITTER_ALPHA) ? 1 : 0
    default: return 0
    }
  }

  /// A digit before it, a digit or a hyphen behind it.
  private func isBetweenDigits(_ place: Int, _ low: Int, _ high: Int) -> Bool {
    place > low && isDigit(place - 1) && place + 1 < high
      && (isDigit(place + 1) || scalars[place + 1] == scalar("-"))
  }

  private func isBehindWord(_ place: Int, _ low: Int) -> Bool {
    place > low && (has(place - 1, CRAM_SPLITTER_ALPHA) || isDigit(place - 1))
  }

  /// One of `- – — ~`, two or three hyphens, or two dashes, between a letter or digit and a letter.
  private func hyphenLength(at place: Int, _ low: Int, _ high: Int) -> Int {
    guard isBehindWord(place, low) else { return 0 }
    let most = scalars[place] == scalar("-") ? 3 : scalars[place] == scalar("—") ? 2 : 1
    var length = 1
    while place + length < high {
      if has(place + length, CRAM_SPLITTER_ALPHA) { return length }
      guard length < most, scalars[place + length] == scalars[place] else { return 0 }
      length += 1
    }
    return 0
  }
}
