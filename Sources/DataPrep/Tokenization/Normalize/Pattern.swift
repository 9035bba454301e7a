/// What a Replace step looks for: a literal text, or a small part of regular expressions.
///
/// Understood are characters, escapes (`\t \n \r \xHH` up to 7F, `\uHHHH`, and an escaped mark), sets such as
/// `[^a-z\u2019]`, and the greedy repetitions `? * + {n} {n,} {n,m}` of one of these. Everything else
/// is refused, so that no expression is ever understood in another way than by `tokenizers`.
struct Pattern: Equatable, Sendable {
  /// Part of a pattern: characters of one set, repeated.
  struct Item: Equatable, Sendable {
    var set: ScalarSet
    var minimum = 1
    var maximum = 1
  }

  let items: [Item]

  init(literal: String) {
    items = literal.unicodeScalars.map { Item(set: ScalarSet($0.value...$0.value)) }
  }

  init(expression: String) throws(PatternError) {
    var parser = PatternParser(expression)
    items = try parser.items()
    guard items.contains(where: { $0.minimum > 0 }) else {
      throw PatternError(found: "an expression that matches nothing at all")
    }
  }

  /// Whether every match is one character.
  var isSingle: Bool { items.count == 1 && items[0].minimum == 1 && items[0].maximum == 1 }

  /// Where the match that begins at `start` ends, nil where none begins.
  func match(_ text: UnsafeBufferPointer<TracedScalar>, at start: Int) -> Int? {
    guard let first = items.first, first.minimum == 0 || first.set.contains(text[start].scalar)
    else { return nil }
    return match(text, at: start, item: 0)
  }

  /// Greedy, giving back one repetition after the other where the rest does not match.
  private func match(
    _ text: UnsafeBufferPointer<TracedScalar>, at start: Int, item number: Int
  ) -> Int? {
    guard number < items.count else { return start }
    let item = items[number]
    var end = start
    while end < text.count, end - start < item.maximum, item.set.contains(text[end].scalar) {
      end += 1
    }
    while end - start >= item.minimum {
      if let found = match(text, at: end, item: number + 1) { return found }
      guard end > start else { return nil }
      end -= 1
    }
    return nil
  }
}

/// Ranges of characters, or all characters outside of them.
struct ScalarSet: Equatable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>]
  private(set) var isInverted = false
  /// The ASCII characters of the set, a bit each.
  private var ascii: UInt128 = 0

  init(_ ranges: ClosedRange<UInt32>..., isInverted: Bool = false) {
    self.init(ranges, isInverted: isInverted)
  }

  init(_ ranges: [ClosedRange<UInt32>], isInverted: Bool) {
    (self.ranges, self.isInverted) = (ranges, isInverted)
    for scalar in UInt32(0)..<128 where isInside(scalar) { ascii |= 1 << UInt128(scalar) }
  }

  func contains(_ scalar: UInt32) -> Bool {
    scalar < 128 ? ascii >> UInt128(scalar) & 1 == 1 : isInside(scalar)
  }

  /// Whether the set holds any ASCII character.
  var hasASCII: Bool { ascii != 0 }

  private func isInside(_ scalar: UInt32) -> Bool {
    ranges.contains { $0.contains(scalar) } != isInverted
  }
}

/// What in an expression is not understood.
struct PatternError: Error {
  let found: String
}
