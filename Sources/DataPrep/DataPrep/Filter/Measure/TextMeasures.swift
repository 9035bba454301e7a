import CTextKernels
import RingProtocol
import Tokenization

/// Measures one text for the rules, each group of measures when one of it is first asked for. One for each thread.
final class TextMeasures {
  private(set) var text = PlainText(UnsafeBufferPointer(start: nil, count: 0))
  let words = TextWords()
  private let topRows: TopRows
  private let repeatedRows: RepeatedRows
  private let parts = DuplicateCounter()
  private let encoder: Encoder?

  private var wants: TextWords.Wants = []
  private var isSplit = false
  private var wordCount: Int?
  private var isRowsBegun = false
  private var characterCount: Int?
  private var paragraphs: Duplicates?
  private var feedLines: Duplicates?
  private var fineWebLines: FineWebLines?
  private var lineMarks: LineMarks?

  struct Duplicates {
    var parts: Int
    var duplicates: Int
    var characters: Int
  }

  init(_ tokenizer: Tokenizer?) {
    encoder = tokenizer?.makeEncoder()
    let counters = RowCounters()
    (topRows, repeatedRows) = (TopRows(counters), RepeatedRows(counters))
  }

  /// Begins a text: its bytes stay where they are until the next one.
  ///
  /// - Parameters:
  ///   - wants: what the rules that will be asked take of its words.
  ///   - wordCount: the number of its words, where that is known: then rules that ask for no more need not split it.
  func begin(_ text: UnsafeBufferPointer<UInt8>, _ wants: TextWords.Wants, wordCount: Int? = nil) {
    self.text = PlainText(text)
    (self.wants, self.wordCount) = (wants, wordCount)
    (isSplit, isRowsBegun, characterCount) = (false, false, nil)
    (paragraphs, feedLines, fineWebLines, lineMarks) = (nil, nil, nil, nil)
  }

  /// What rules of `kind` look at. Nil where there is nothing to measure: then nothing goes.
  func quantity(_ kind: FilterRule.Kind) -> Quantity? {
    switch kind {
    case .minCharacters, .maxCharacters: Quantity(characters)
    case .tokensPerCharacter:
      Quantity(encoder!.count(text.bytes), of: characters)
    case .shortDocument, .longDocument: Quantity(sums.contentWords)
    case .belowMeanLength, .aboveMeanLength:
      Quantity(sums.contentCharacters, of: sums.contentWords)
    case .hashes: Quantity(sums.hashes, of: sums.words)
    case .ellipses: Quantity(sums.ellipses, of: sums.words)
    case .bullets: Quantity(marks.bullets, of: split.lines.count)
    case .endEllipses: Quantity(marks.endEllipses, of: split.lines.count)
    case .letterWords: Quantity(sums.letterWords, of: sums.words)
    case .stopWords: Quantity(split.stopWords.nonzeroBitCount)
    case .empty: Quantity(text.bytes.isEmpty ? 1 : 0)
    case .duplicateParagraphs: share(of: allParagraphs)
    case .duplicateParagraphCharacters: Quantity(allParagraphs.characters, of: characters)
    case .duplicateLines: share(of: allFeedLines)
    case .duplicateLineCharacters: Quantity(allFeedLines.characters, of: characters)
    case .top2Gram: top(2)
    case .top3Gram: top(3)
    case .top4Gram: top(4)
    case .duplicated5Grams: repeated(5)
    case .duplicated6Grams: repeated(6)
    case .duplicated7Grams: repeated(7)
    case .duplicated8Grams: repeated(8)
    case .duplicated9Grams: repeated(9)
    case .duplicated10Grams: repeated(10)
    case .noLines: Quantity(fineWeb.lines == 0 ? 1 : 0)
    case .linePunctuation: Quantity(fineWeb.wellEnded, of: fineWeb.lines)
    case .shortLines: Quantity(fineWeb.short, of: fineWeb.lines)
    case .duplicateCharacters:
      Quantity(fineWeb.duplicateCharacters, of: characters - fineWeb.lineFeeds)
    case .list: Quantity(fineWeb.lineFeeds, of: wordCount ?? sums.words)
    case .longWord, .citations, .noTerminalPunctuation, .fewWords, .loremIpsum, .javascript,
      .curlyBracket, .policy, .fewSentences:
      preconditionFailure("\(kind) is measured by the editor of lines")
    }
  }

  /// What of a text's words a rule takes.
  static func wants(of kind: FilterRule.Kind) -> TextWords.Wants {
    switch kind {
    case .bullets, .endEllipses: .lines
    case .top2Gram, .top3Gram, .top4Gram, .duplicated5Grams, .duplicated6Grams,
      .duplicated7Grams, .duplicated8Grams, .duplicated9Grams, .duplicated10Grams:
      .words
    default: kind.isOfLines ? .lines : []
    }
  }

  /// The code points of the text.
  var characters: Int {
    if let characterCount { return characterCount }
    let count = text.characterCount
    characterCount = count
    return count
  }

  /// The text split into words, and what else is wanted.
  var split: TextWords {
    if !isSplit {
      words.split(text.bytes, wants)
      isSplit = true
    }
    return words
  }

  private var sums: WordSums { split.sums }

  // MARK: Lines of words

  private struct LineMarks {
    var bullets = 0
    var endEllipses = 0
  }

  private var marks: LineMarks {
    if let lineMarks { return lineMarks }
    var marks = LineMarks()
    for line in split.lines where line.chunks > 0 {
      let content = text.part(line.content)
      if content[0] == 0x2D || content.starts(with: [0xE2, 0x80, 0xA2]) { marks.bullets += 1 }
      if Self.endsInEllipsis(content) { marks.endEllipses += 1 }
    }
    lineMarks = marks
    return marks
  }

  /// Whether the last characters are `...` or `…`.
  private static func endsInEllipsis(_ content: UnsafeBufferPointer<UInt8>) -> Bool {
    guard content.count >= 3 else { return false }
    let end = content.suffix(3)
    return end.elementsEqual([0x2E, 0x2E, 0x2E]) || end.elementsEqual([0xE2, 0x80, 0xA6])
  }

  // MARK: Repetition

  private func share(of duplicates: Duplicates) -> Quantity {
    Quantity(duplicates.duplicates, of: duplicates.parts)
  }

  private var counted: Duplicates {
    Duplicates(
      parts: parts.parts, duplicates: parts.duplicates, characters: parts.duplicateCharacters)
  }

  /// The parts between rows of at least two line feeds, of the text without white space around it.
  private var allParagraphs: Duplicates {
    if let paragraphs { return paragraphs }
    parts.begin()
    text.forEachPart(of: text.stripped(0..<text.bytes.count), feeds: 2) { parts.add($0) }
    paragraphs = counted
    return counted
  }

  /// The parts between rows of line feeds: a line feed at the start or end has an empty one beyond it.
  private var allFeedLines: Duplicates {
    if let feedLines { return feedLines }
    parts.begin()
    text.forEachPart(of: 0..<text.bytes.count, feeds: 1) { parts.add($0) }
    feedLines = counted
    return counted
  }

  private func top(_ length: Int) -> Quantity? {
    beginRows()
    return topRows.characters(length, of: words.words.pointee).map { Quantity($0, of: characters) }
  }

  private func repeated(_ length: Int) -> Quantity {
    beginRows()
    return Quantity(repeatedRows.characters(length, of: words.words.pointee), of: characters)
  }

  private func beginRows() {
    _ = split
    guard !isRowsBegun else { return }
    topRows.begin()
    repeatedRows.begin()
    isRowsBegun = true
  }

  // MARK: FineWeb

  private var fineWeb: FineWebLines {
    if let fineWebLines { return fineWebLines }
    let lines = FineWebLines(of: text, parts)
    fineWebLines = lines
    return lines
  }
}

/// What FineWeb's rules count in the lines, between line feeds, that are not blank.
struct FineWebLines {
  var lines = 0
  /// Lines that end in a terminal punctuation mark.
  var wellEnded = 0
  /// Lines of at most `shortest` characters.
  var short = 0
  /// The characters of lines met before.
  var duplicateCharacters = 0
  /// Line feeds of the whole text.
  var lineFeeds = 0

  static let longestShort = 30

  init(of text: PlainText, _ parts: DuplicateCounter) {
    parts.begin()
    var start = 0
    while start <= text.bytes.count {
      let end = text.lineFeed(in: start..<text.bytes.count)
      if end != nil { lineFeeds += 1 }
      add(text, start..<(end ?? text.bytes.count), parts)
      start = (end ?? text.bytes.count) + 1
    }
    duplicateCharacters = parts.duplicateCharacters
  }

  private mutating func add(_ text: PlainText, _ line: Range<Int>, _ parts: DuplicateCounter) {
    guard !line.isEmpty, !text.isBlank(line) else { return }
    lines += 1
    if Int(text.flags(before: line.upperBound)) & CRAM_SPLITTER_TERMINAL != 0 { wellEnded += 1 }
    if line.count <= 4 * Self.longestShort, text.characterCount(line) <= Self.longestShort {
      short += 1
    }
    parts.add(text.part(line))
  }
}

extension PlainText {
  /// Calls `body` for the parts of `range` between rows of at least `feeds` line feeds, empty ones too.
  func forEachPart(
    of range: Range<Int>, feeds: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    var (start, search) = (range.lowerBound, range.lowerBound)
    while let feed = lineFeed(in: search..<range.upperBound) {
      var end = feed + 1
      while end < range.upperBound, bytes[end] == 0x0A { end += 1 }
      if end - feed >= feeds {
        body(part(start..<feed))
        start = end
      }
      search = end
    }
    body(part(start..<range.upperBound))
  }
}
