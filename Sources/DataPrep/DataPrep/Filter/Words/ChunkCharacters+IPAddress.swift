import CTextKernels

extension ChunkCharacters {
  /// Four numbers of a public network: 1 to 223 first, 1 to 254 last, none of the private ranges.
  ///
  /// A digit behind the first of its number may be one of any script, as in the expression that this states.
  func isIPAddress(_ low: Int, _ high: Int) -> Bool {
    var parts: [Range<Int>] = []
    var start = low
    for place in low..<high where scalars[place] == scalar(".") {
      parts.append(start..<place)
      start = place + 1
    }
    parts.append(start..<high)
    guard parts.count == 4, parts.allSatisfy(isNumber) else { return false }
    return mayBegin(parts[0]) && mayFollow(parts[1], last: 5) && mayFollow(parts[2], last: 5)
      && digit(parts[3].lowerBound) != 0 && isAscii(parts[3].lowerBound)
      && mayFollow(parts[3], last: 4) && !isPrivate(parts[0], parts[1])
  }

  /// One to three digits.
  private func isNumber(_ part: Range<Int>) -> Bool {
    (1...3).contains(part.count) && part.allSatisfy { has($0, CRAM_SPLITTER_DECIMAL) }
  }

  private func isAscii(_ place: Int) -> Bool { digit(place) != nil }

  /// The value of an ASCII digit.
  private func digit(_ place: Int) -> UInt32? { isDigit(place) ? scalars[place] - 0x30 : nil }

  /// 1 to 223.
  private func mayBegin(_ part: Range<Int>) -> Bool {
    guard let first = digit(part.lowerBound), first > 0 else { return false }
    guard part.count == 3, first != 1 else { return part.count < 3 || first == 1 }
    guard first == 2, let second = digit(part.lowerBound + 1) else { return false }
    return second < 2 || second == 2 && (digit(part.lowerBound + 2) ?? 9) <= 3
  }

  /// At most 25 and `last`.
  private func mayFollow(_ part: Range<Int>, last: UInt32) -> Bool {
    guard part.count == 3 else { return true }
    guard let first = digit(part.lowerBound), first == 1 || first == 2 else { return false }
    guard first == 2 else { return true }
    guard let second = digit(part.lowerBound + 1) else { return false }
    return second < 5 || second == 5 && (digit(part.lowerBound + 2) ?? 9) <= last
  }

  private func isText(_ part: Range<Int>, _ text: String) -> Bool {
    text.unicodeScalars.elementsEqual(part.map { Unicode.Scalar(scalars[$0])! })
  }

  /// 10, 127, 169.254, 192.168, 172.16 to 172.31.
  private func isPrivate(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
    if isText(first, "10") || isText(first, "127") { return true }
    if isText(first, "169") { return isText(second, "254") }
    if isText(first, "192") { return isText(second, "168") }
    guard isText(first, "172"), second.count == 2 else { return false }
    switch digit(second.lowerBound) {
    case 1: return (digit(second.lowerBound + 1) ?? 0) >= 6
    case 2: return true
    case 3: return (digit(second.lowerBound + 1) ?? 9) <= 1
    default: return false
    }
  }
}
