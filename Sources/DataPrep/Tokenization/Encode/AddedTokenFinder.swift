/// Finds added tokens in a text: at each place the longest, from left to right.
struct AddedTokenFinder: Sendable {
  private struct Entry {
    let token: AddedToken
    let scalars: [UInt32]
  }

  /// A piece of text between tokens, or a token (`id`) with its range.
  struct Part: Equatable {
    var id: Int?
    var range: Range<Int>
  }

  /// Longest first.
  private let entries: [Entry]
  private let firsts: ScalarSet

  var isEmpty: Bool { entries.isEmpty }

  /// A finder of `tokens`, each in the form that `normalize` gives it.
  init(_ tokens: [AddedToken], normalize: ([TracedScalar]) -> [TracedScalar]) {
    entries = tokens.map {
      Entry(token: $0, scalars: normalize(.tracing($0.content)).map(\.scalar))
    }
    .filter { !$0.scalars.isEmpty }
    .sorted { $0.scalars.count > $1.scalars.count }
    firsts = ScalarSet(entries.map { $0.scalars[0]...$0.scalars[0] }, isInverted: false)
  }

  /// The tokens as they are looked for, in UTF-8.
  var contents: [[UInt8]] {
    entries.map { $0.scalars.flatMap { Array(UTF8.encode(Unicode.Scalar($0)!)!) } }
  }

  /// Whether any of the tokens holds one of these characters.
  func holdsAny(of scalars: [UInt8]) -> Bool {
    entries.contains { $0.scalars.contains { one in scalars.contains { UInt32($0) == one } } }
  }

  /// Cuts `text` into tokens and what is between them; empty parts are left out.
  func parts(of text: UnsafeBufferPointer<TracedScalar>) -> [Part] {
    var parts: [Part] = []
    var (position, cutFrom) = (0, 0)
    while position < text.count {
      guard firsts.contains(text[position].scalar), let entry = longest(text, at: position) else {
        position += 1
        continue
      }
      var range = position..<position + entry.scalars.count
      position = range.upperBound
      guard !entry.token.isSingleWord || standsAlone(range, in: text) else { continue }
      range = widened(range, entry.token, in: text, from: cutFrom)
      if cutFrom < range.lowerBound {
        parts.append(Part(id: nil, range: cutFrom..<range.lowerBound))
      }
      parts.append(Part(id: entry.token.id, range: range))
      cutFrom = range.upperBound
    }
    if cutFrom < text.count { parts.append(Part(id: nil, range: cutFrom..<text.count)) }
    return parts
  }

  /// Whether `text` holds a character with which a token begins.
  func mayOccur(in text: UnsafeBufferPointer<TracedScalar>) -> Bool {
    !entries.isEmpty && text.contains { firsts.contains($0.scalar) }
  }

  private func longest(_ text: UnsafeBufferPointer<TracedScalar>, at position: Int) -> Entry? {
    entries.first { entry in
      position + entry.scalars.count <= text.count
        && entry.scalars.indices.allSatisfy { text[position + $0].scalar == entry.scalars[$0] }
    }
  }

  private func standsAlone(
    _ range: Range<Int>, in text: UnsafeBufferPointer<TracedScalar>
  ) -> Bool {
    let before = range.lowerBound > 0 && CharacterTable.isWord(text[range.lowerBound - 1].scalar)
    let after =
      range.upperBound < text.count && CharacterTable.isWord(text[range.upperBound].scalar)
    return !before && !after
  }

  /// With the white space that the token takes along, but for what an earlier token took.
  private func widened(
    _ range: Range<Int>, _ token: AddedToken, in text: UnsafeBufferPointer<TracedScalar>,
    from least: Int
  ) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while token.stripsLeft, low > least, CharacterTable.isSpace(text[low - 1].scalar) { low -= 1 }
    while token.stripsRight, high < text.count, CharacterTable.isSpace(text[high].scalar) {
      high += 1
    }
    return low..<high
  }
}
