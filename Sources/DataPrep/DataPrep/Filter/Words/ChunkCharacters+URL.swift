import CTextKernels

/// Web addresses, which stay whole: a host name or an IP address, with what may stand around it.
extension ChunkCharacters {
  /// Whether the range is an address: `[scheme://][user[:password]@]HOST[:port][/path]`.
  func isAddress(_ low: Int, _ high: Int) -> Bool {
    guard hasInnerPeriod(low, high) else { return false }
    if isHost(from: low, high) { return true }
    let afterScheme = afterScheme(low, high)
    if let afterScheme, isHost(from: afterScheme, high) { return true }
    // Whatever stands before an at sign may be a user's name.
    for place in low..<high where place > low && scalars[place] == scalar("@") {
      if isHost(from: place + 1, high) { return true }
    }
    return false
  }

  private func hasInnerPeriod(_ low: Int, _ high: Int) -> Bool {
    for place in low..<high where scalars[place] == scalar(".") && place > low && place + 1 < high {
      return true
    }
    return false
  }

  /// The place behind `scheme://`, the scheme being at least two of `\w + - .`.
  private func afterScheme(_ low: Int, _ high: Int) -> Int? {
    var place = low
    while place < high,
      has(place, CRAM_SPLITTER_WORD)
        || "+-.".unicodeScalars.contains(where: { $0.value == scalars[place] })
    {
      place += 1
    }
    guard place - low >= 2, high - place > 3, scalars[place] == scalar(":"),
      scalars[place + 1] == scalar("/"), scalars[place + 2] == scalar("/")
    else { return nil }
    return place + 3
  }

  /// Whether a host begins at `start` with nothing behind it but a port and a path.
  ///
  /// What may follow a host is no character of a host, so the host ends where its characters do.
  private func isHost(from start: Int, _ high: Int) -> Bool {
    var end = start
    while end < high, isHostCharacter(end) { end += 1 }
    guard end > start, isEnd(end, high) else { return false }
    return isName(start, end) || isIPAddress(start, end)
  }

  /// Characters of labels and of top-level domains, and the period between them.
  private func isHostCharacter(_ place: Int) -> Bool {
    isLabelCharacter(place) || has(place, CRAM_SPLITTER_LOWER | CRAM_SPLITTER_DECIMAL)
      || scalars[place] == scalar(".") || isLabelMark(place)
  }

  /// `A-Z a-z 0-9` and all from U+00A1 to U+FFFF.
  private func isLabelCharacter(_ place: Int) -> Bool {
    let character = scalars[place]
    return character | 0x20 &- 0x61 < 26 || isDigit(place) || (0xA1...0xFFFF).contains(character)
  }

  private func isLabelMark(_ place: Int) -> Bool {
    scalars[place] == scalar("-") || scalars[place] == scalar("_")
  }

  /// `[:port][/path]`, the path beginning with a slash, a question mark or a number sign; then the end.
  private func isEnd(_ place: Int, _ high: Int) -> Bool {
    var place = place
    if place < high, scalars[place] == scalar(":") {
      var end = place + 1
      while end < high, has(end, CRAM_SPLITTER_DECIMAL) { end += 1 }
      guard (2...5).contains(end - place - 1) else { return false }
      place = end
    }
    return place == high || [0x2F, 0x3F, 0x23].contains(scalars[place])
  }

  /// Labels of at most 64 characters, and at the end a domain of 2 to 63 lower-case letters.
  private func isName(_ low: Int, _ high: Int) -> Bool {
    var start = low
    for place in low..<high where scalars[place] == scalar(".") {
      guard isLabel(start, place) else { return false }
      start = place + 1
    }
    guard start > low, (2...63).contains(high - start) else { return false }
    return (start..<high).allSatisfy { has($0, CRAM_SPLITTER_LOWER) }
  }

  /// Hyphens and underscores may stand inside.
  private func isLabel(_ low: Int, _ high: Int) -> Bool {
    guard (1...64).contains(high - low), isLabelCharacter(low), isLabelCharacter(high - 1) else {
      return false
    }
    return (low..<high).allSatisfy { isLabelCharacter($0) || isLabelMark($0) }
  }
}
