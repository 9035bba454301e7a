import CTextKernels
import Glibc

/// The pieces of a text that are compared one by one.
package enum TextUnits: String, Sendable {
  /// Lines up to an empty one. An empty line has nothing but white space.
  case paragraph
  /// Each line without its end (LF or CR LF). Lines of white space are nobody's copy.
  case line

  /// One piece.
  package struct Unit: Sendable, Equatable {
    /// Its bytes, without what parts it from the next.
    package var content: Range<Int>
    /// Where the next one begins, or the text ends.
    package var next: Int
    /// Whether it is compared: empty lines are not.
    package var counts: Bool
  }

  /// Appends the units of `text` in their order.
  package func split(_ text: UnsafeRawBufferPointer, into units: inout [Unit]) {
    switch self {
    case .line: Self.forEachLine(of: text) { units.append($0) }
    case .paragraph:
      var isInside = false
      Self.forEachLine(of: text) { line in
        if line.counts {
          if !isInside { units.append(Unit(content: line.content, next: line.next, counts: true)) }
          let begin = units[units.count - 1].content.lowerBound
          units[units.count - 1].content = begin..<line.content.upperBound
          isInside = true
        } else {
          isInside = false
        }
        // What stands before the first paragraph belongs to none.
        if !units.isEmpty { units[units.count - 1].next = line.next }
      }
    }
  }

  private static func forEachLine(of text: UnsafeRawBufferPointer, _ body: (Unit) -> Void) {
    guard let base = text.baseAddress else { return }
    var at = 0
    while at < text.count {
      let feed = memchr(base + at, 0x0A, text.count - at).map { UnsafeRawPointer($0) - base }
      var end = feed ?? text.count
      let next = feed.map { $0 + 1 } ?? text.count
      if feed != nil, end > at, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      let bytes = (base + at).assumingMemoryBound(to: UInt8.self)
      body(Unit(content: at..<end, next: next, counts: !cram_is_blank(bytes, end - at)))
      at = next
    }
  }

  /// The ranges that go with the units in `gone` (places, rising) of a text of `count` bytes.
  ///
  /// A unit goes with what parts it from the next; at the end of a text with what parts it from the one before, so that what is left
  /// ends as the text did. Where no unit that counts is left, everything goes.
  package static func ranges(of gone: some Collection<Int>, among units: [Unit], count: Int)
    -> [Range<Int>]
  {
    guard !gone.isEmpty else { return [] }
    guard gone.count < units.count(where: \.counts) else { return [0..<count] }
    var ranges: [Range<Int>] = []
    var behindLast = -1  // the place behind the last unit of the last range
    for place in gone {
      if place == behindLast {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<units[place].next
      } else {
        ranges.append(units[place].content.lowerBound..<units[place].next)
      }
      behindLast = place + 1
    }
    if behindLast == units.count {
      let last = ranges.removeLast()
      let first = units.partitioningIndex { $0.content.lowerBound >= last.lowerBound }
      ranges.append(units[first - 1].content.upperBound..<units[units.count - 1].content.upperBound)
    }
    return ranges
  }
}

extension Array {
  /// The first place whose element `belongsBehind`, where all such stand behind all others.
  fileprivate func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
