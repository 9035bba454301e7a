import DataPrep
import TestSupport

/// The ordinal of a text in blocks of so many.
func testOrdinal(_ number: Int, _ block: Int) -> UInt64 {
  UInt64(number / block) << 24 | UInt64(number % block)
}

// MARK: The plain way

/// What becomes of texts, by a table of all windows.
func plainFindings(_ rule: SubstringRule, _ texts: [[UInt8]]) -> [SubstringFinding] {
  var places: [ArraySlice<UInt8>: Int] = [:]
  var covered = texts.map { [Bool](repeating: false, count: $0.count) }
  var first: [(text: Int, start: Int)] = []
  func cover(_ text: Int, _ start: Int) {
    for place in start..<start + rule.length { covered[text][place] = true }
  }
  for (number, text) in texts.enumerated() where text.count >= rule.length {
    for start in 0...(text.count - rule.length) {
      let window = text[start..<start + rule.length]
      if let place = places[window] {
        cover(number, start)
        if rule.policy == .all { cover(first[place].text, first[place].start) }
      } else {
        places[window] = first.count
        first.append((number, start))
      }
    }
  }
  return texts.indices.compactMap { finding($0, texts[$0], covered[$0], rule) }
}

private func finding(_ number: Int, _ text: [UInt8], _ covered: [Bool], _ rule: SubstringRule)
  -> SubstringFinding?
{
  let ordinal = UInt64(number)
  guard covered.contains(true) else { return nil }
  var ranges: [Range<Int>] = []
  for index in covered.indices where covered[index] {
    if let last = ranges.last, last.upperBound == index {
      ranges[ranges.count - 1] = last.lowerBound..<index + 1
    } else {
      ranges.append(index..<index + 1)
    }
  }
  let share = Double(covered.count { $0 }) / Double(text.count)
  let goes = rule.policy == .document ? share > rule.share : share == 1
  guard goes || rule.policy != .document else { return nil }
  return SubstringFinding(
    ordinal: ordinal, ranges: ranges, drop: goes ? .init(share: share, keeper: nil) : nil)
}

/// What is left of a text; a character goes when one of its bytes does.
func plainText(_ text: [UInt8], without ranges: [Range<Int>]) -> [UInt8] {
  var gone = [Bool](repeating: false, count: text.count)
  for place in ranges.joined() { gone[place] = true }
  var left: [UInt8] = []
  var place = 0
  while place < text.count {
    var end = place + 1
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    if !gone[place..<end].contains(true) { left += text[place..<end] }
    place = end
  }
  return left
}

// MARK: Texts

func randomText(_ count: Int, _ chance: inout SeededNumbers) -> [UInt8] {
  (0..<count).map { _ in UInt8.random(in: 97...122, using: &chance) }
}

/// A few texts full of runs, tandem repeats, copies and characters of several bytes.
func repetitiveTexts(around length: Int, _ chance: inout SeededNumbers) -> [[UInt8]] {
  var texts: [[UInt8]] = []
  for _ in 0..<Int.random(in: 1...6, using: &chance) {
    var text: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &chance) {
      text += piece(length, texts + [text], &chance)
    }
    texts.append(text)
  }
  return texts
}

private func piece(_ length: Int, _ before: [[UInt8]], _ chance: inout SeededNumbers) -> [UInt8] {
  let size = Int.random(in: 1...3 * length, using: &chance)
  switch Int.random(in: 0..<5, using: &chance) {
  case 0: return randomText(size, &chance)
  case 1: return Array(repeating: UInt8.random(in: 97...98, using: &chance), count: size)
  case 2:
    let unit = randomText(Int.random(in: 1...length, using: &chance), &chance)
    return (0..<size).map { unit[$0 % unit.count] }
  case 3:
    let characters = ["é", "è", "日", "本", "😀", "😁", "a"]
    return (0..<size / 2).flatMap { _ in Array(characters.randomElement(using: &chance)!.utf8) }
  default:
    // A copy, cut at characters: texts are valid UTF-8.
    let text = String(decoding: before.randomElement(using: &chance)!, as: UTF8.self).unicodeScalars
    let start = Int.random(in: 0...text.count, using: &chance)
    return text.dropFirst(start).prefix(size).flatMap { Array(String($0).utf8) }
  }
}
