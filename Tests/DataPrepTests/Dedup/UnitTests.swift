import DataPrep
import TestSupport
import Testing

/// What goes with a paragraph or a line that is cut.
@Suite struct UnitTests {
  private func left(_ text: String, _ kind: TextUnits, without gone: [Int]) -> String? {
    var text = text
    return text.withUTF8 { bytes in
      var units: [TextUnits.Unit] = []
      kind.split(UnsafeRawBufferPointer(bytes), into: &units)
      var left = LeftText(UnsafeRawBufferPointer(bytes))
      left.cut(TextUnits.ranges(of: gone, among: units, count: bytes.count), reason: "gone")
      return left.count == 0 ? nil : left.withBytes { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test(
    arguments: [
      ("a\nb\nc", [1], "a\nc"), ("a\nb\nc", [0], "b\nc"), ("a\nb\nc", [2], "a\nb"),
      ("a\nb\nc\n", [2], "a\nb\n"), ("a\nb\nc\n", [1, 2], "a\n"), ("a\r\nb\r\nc", [1, 2], "a"),
      ("a\n\nb\nc", [2], "a\n\nc"), ("a\n\nb", [2], "a\n"), ("\n\na\nb", [2], "\n\nb"),
      ("a\nb", [0, 1], nil), ("a\n\nb\n", [0, 2], nil), (" \na\nb", [], " \na\nb"),
    ] as [(String, [Int], String?)])
  func `a line goes with its end, the last with that of the line before`(
    text: String, gone: [Int], expected: String?
  ) {
    #expect(left(text, .line, without: gone) == expected)
  }

  @Test(
    arguments: [
      ("a\nb\n\nc\n\nd", [1], "a\nb\n\nd"), ("a\n\n\nb\n \nc", [0], "b\n \nc"),
      ("a\n\nb\n", [1], "a\n"), ("a\n\nb\n\nc\n\n", [1, 2], "a\n\n"), ("\n\na\n\nb", [0], "\n\nb"),
      ("\na\n\nb", [0, 1], nil), ("a\r\n\r\nb", [1], "a"),
    ] as [(String, [Int], String?)])
  func `a paragraph goes with the empty lines behind it, the last with those before`(
    text: String, gone: [Int], expected: String?
  ) {
    #expect(left(text, .paragraph, without: gone) == expected)
  }

  @Test func `cuts of cuts are what cutting a marked text gives`() {
    var chance = SeededNumbers(6)
    for _ in 0..<2000 {
      let text = String((0..<30).map { _ in "aé😀 ".randomElement(using: &chance)! })
      var marked = text.unicodeScalars.map { ($0, false) }
      var copy = text
      copy.withUTF8 { bytes in
        var left = LeftText(UnsafeRawBufferPointer(bytes))
        for _ in 0..<3 {
          let ranges = ranges(below: left.count, &chance)
          mark(&marked, ranges)
          left.cut(ranges, reason: "cut")
          let expected = String(String.UnicodeScalarView(marked.filter { !$0.1 }.map(\.0)))
          #expect(left.withBytes { String(decoding: $0, as: UTF8.self) } == expected)
          #expect(left.count + left.cuts.reduce(0) { $0 + $1.bytes } == bytes.count)
          let places = left.originals(of: 0..<left.count).flatMap { $0.map { bytes[$0] } }
          #expect(places == Array(expected.utf8))
        }
      }
    }
  }

  private func ranges(below count: Int, _ chance: inout SeededNumbers) -> [Range<Int>] {
    (0..<Int.random(in: 0..<4, using: &chance)).map { _ in
      let begin = Int.random(in: 0...count, using: &chance)
      return begin..<min(count, begin + Int.random(in: 0..<8, using: &chance))
    }.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// Marks the characters that a range of what is left goes through.
  private func mark(_ marked: inout [(Unicode.Scalar, Bool)], _ ranges: [Range<Int>]) {
    var at = 0
    for index in marked.indices where !marked[index].1 {
      let size = UTF8.width(marked[index].0)
      if ranges.contains(where: { $0.overlaps(at..<(at + size)) }) { marked[index].1 = true }
      at += size
    }
  }
}
