import CTextKernels

/// One line of a text: up to any of Python's line ends (`str.splitlines`).
struct TextLine: Equatable {
  /// Its bytes with white space and line end, in the text.
  var whole: Range<Int>
  /// Its bytes without white space around them.
  var content: Range<Int>
  /// The runs without white space.
  var chunks = 0
  /// The words.
  var words = 0
  /// The characters of the longest of them.
  var longestChunk = 0
  /// The sentences that begin behind the first.
  var sentenceStarts = 0

  /// The sentences of the content: at least one.
  var sentences: Int { 1 + sentenceStarts }
}

/// Puts chunks together to lines.
struct LineCollector {
  private(set) var lines: [TextLine] = []
  private var line = TextLine(whole: 0..<0, content: 0..<0)
  private var hasEnded = false

  mutating func begin() {
    lines.removeAll(keepingCapacity: true)
    line = TextLine(whole: 0..<0, content: 0..<0)
    hasEnded = false
  }

  /// Adds the next chunk of the line.
  @inline(__always)
  mutating func add(
    _ entry: UnsafePointer<ChunkEntry>, _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int
  ) {
    if line.chunks == 0 {
      line.content = start..<end
    } else {
      line.content = line.content.lowerBound..<end
    }
    line.chunks &+= 1
    line.words &+= entry.pointee.wordCount
    if end &- start > line.longestChunk { measureChunk(base + start, end &- start) }
    let (flags, starts) = (entry.pointee.flags, entry.pointee.starts)
    line.sentenceStarts &+= Int(hasEnded ? starts.1 : starts.0)
    hasEnded = flags & (hasEnded ? ChunkEntry.endsSentenceAgain : ChunkEntry.endsSentence) != 0
  }

  private mutating func measureChunk(_ start: UnsafePointer<UInt8>, _ count: Int) {
    line.longestChunk = max(line.longestChunk, cram_utf8_count(start, count))
  }

  /// Adds white space that is more than one plain space. It may end lines.
  mutating func addSpace(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    var (at, isInside) = (start, line.chunks > 0)
    while at < end {
      let size = Self.lineEnd(base + at, end - at)
      if size > 0 {
        endLine(at + size)
        isInside = false
        at += size
      } else {
        at += ChunkCharacters.decode(base + at).size
      }
    }
    // What is left of it, a space being eaten, is a word of white space, which may begin a sentence.
    if isInside, hasEnded {
      line.sentenceStarts += 1
      hasEnded = false
    }
  }

  /// Ends the text with the white space from `start` on; where that ends in a line end there is no empty line behind it.
  mutating func finish(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    hasEnded = false  // the space at a line's end is no word
    addSpace(base, start, end)
    if line.whole.lowerBound < end { endLine(end) }
  }

  private mutating func endLine(_ end: Int) {
    let start = line.whole.lowerBound
    line.whole = start..<end
    if line.chunks == 0 { line.content = start..<start }
    lines.append(line)
    line = TextLine(whole: end..<end, content: end..<end)
    hasEnded = false
  }

  /// The bytes of the line end at `p`, or 0: `\n \r \r\n`, U+000B, 000C, 001C-001E, 0085, 2028, 2029.
  private static func lineEnd(_ p: UnsafePointer<UInt8>, _ left: Int) -> Int {
    switch p[0] {
    case 0x0D: left > 1 && p[1] == 0x0A ? 2 : 1
    case 0x0A, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E: 1
    case 0xC2: p[1] == 0x85 ? 2 : 0
    case 0xE2: p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9) ? 3 : 0
    default: 0
    }
  }
}
