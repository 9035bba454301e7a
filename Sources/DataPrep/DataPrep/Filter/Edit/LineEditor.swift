import CTextKernels

/// Takes lines out of texts by the rules of C4, and drops documents by what lines hold. One for each thread.
///
/// Each line (up to any of Python's line ends) is judged without the white space around it. Where one of the rules takes
/// lines or parts of them, the text becomes the lines that stay, joined by line feeds.
final class LineEditor {
  /// What becomes of a text.
  enum Outcome: Equatable {
    case keep
    case drop(FilterRule.Kind, Quantity)
    case change([UInt8], [Cut])
  }

  /// What became of a line, for those who ask.
  struct Judgement: Equatable {
    var line: TextLine
    /// Nil stays.
    var rule: FilterRule.Kind?
    /// The bytes of citations taken out of it.
    var citationBytes: Int
  }

  /// The reason for white space and line ends that are written more plainly.
  static let whiteSpace = "white_space"

  /// The lines of the text judged last, up to the one for which the document went.
  private(set) var judgements: [Judgement] = []
  /// The sentences of the lines that stayed.
  private(set) var sentences = 0
  /// Their words: those of the text that is left, since no word and no row of words that is one reaches across a line's end.
  private(set) var words = 0
  /// Whether all lines were judged, no one of them being the end of the document.
  private(set) var isComplete = false

  private let limits: Limits
  private let lineWords: TextWords
  private var edited: [Int: [UInt8]] = [:]
  private var facts = Facts()

  /// The rules that are on.
  private struct Limits {
    var longWord = Int.max
    var citations = false
    var terminal = false
    var fewWords = 0
    var loremIpsum = false
    var javascript = false
    var curlyBracket = false
    var policy = false
    var sentences: FilterRule?
    var changesText = false

    init(_ rules: [FilterRule]) {
      for rule in rules {
        switch rule.kind {
        case .longWord: longWord = Int(rule.threshold!)
        case .citations: citations = true
        case .noTerminalPunctuation: terminal = true
        case .fewWords: fewWords = Int(rule.threshold!)
        case .loremIpsum: loremIpsum = true
        case .javascript: javascript = true
        case .curlyBracket: curlyBracket = true
        case .policy: policy = true
        case .fewSentences: sentences = rule
        default: preconditionFailure("\(rule.kind) is no rule of lines")
        }
      }
      let ofDocuments: [FilterRule.Kind] = [.loremIpsum, .curlyBracket, .fewSentences]
      changesText = rules.contains { !ofDocuments.contains($0.kind) }
    }
  }

  /// What a whole text cannot hold need not be looked for in its lines.
  private struct Facts {
    var hasBracket = false
    var hasCurlyBracket = false
    var mayHavePhrases = false
    var hasKelvin = false
  }

  init(_ rules: [FilterRule], _ measures: TextMeasures) {
    limits = Limits(rules)
    lineWords = TextWords(sharing: measures.words)
  }

  /// Judges the text that `measures` has in hand.
  func edit(_ measures: TextMeasures) -> Outcome {
    let text = measures.text
    judgements.removeAll(keepingCapacity: true)
    edited.removeAll(keepingCapacity: true)
    (sentences, words, isComplete) = (0, 0, false)
    findFacts(text.bytes)
    for line in measures.split.lines {
      switch judge(line, text) {
      case .line(let rule):
        judgements.append(Judgement(line: line, rule: rule, citationBytes: citationBytes(line)))
      case .document(let rule):
        judgements.append(Judgement(line: line, rule: rule, citationBytes: 0))
        return .drop(rule, Quantity(1))
      }
    }
    isComplete = true
    if let rule = limits.sentences, Double(sentences) < rule.threshold! {
      return .drop(.fewSentences, Quantity(sentences))
    }
    return limits.changesText ? joined(text) : .keep
  }

  private func findFacts(_ text: UnsafeBufferPointer<UInt8>) {
    facts = Facts()
    guard !text.isEmpty else { return }
    facts.hasBracket = limits.citations && PlainText(text).holds(UInt8(ascii: "["))
    facts.hasCurlyBracket = limits.curlyBracket && PlainText(text).holds(UInt8(ascii: "{"))
    let wantsPhrases = limits.loremIpsum || limits.javascript || limits.policy
    facts.mayHavePhrases = wantsPhrases && LinePhrases.mayStand(in: text)
    facts.hasKelvin = facts.mayHavePhrases && LinePhrases.hasKelvin(text)
  }

  private enum Fate {
    case line(FilterRule.Kind?)
    case document(FilterRule.Kind)
  }

  private func judge(_ line: TextLine, _ text: PlainText) -> Fate {
    guard line.longestChunk <= limits.longWord else { return .line(.longWord) }
    let content = text.part(line.content)
    if facts.hasBracket, let changed = Citations.removed(from: content) {
      edited[line.whole.lowerBound] = changed
      return changed.withUnsafeBufferPointer { judge($0, line) }
    }
    return judge(content, line)
  }

  private func judge(_ content: UnsafeBufferPointer<UInt8>, _ line: TextLine) -> Fate {
    if limits.terminal, !Self.endsWell(content) { return .line(.noTerminalPunctuation) }
    if line.chunks < limits.fewWords { return .line(.fewWords) }
    if facts.mayHavePhrases || facts.hasCurlyBracket, let fate = search(content) { return fate }
    if edited[line.whole.lowerBound] == nil {
      count(line.sentences, line.words)
    } else {
      lineWords.split(content, .lines)
      count(lineWords.lines.first?.sentences ?? 1, lineWords.sums.words)
    }
    return .line(nil)
  }

  /// Whether the last character is one of `. ? ! " '`, and not the end of `...`.
  private static func endsWell(_ content: UnsafeBufferPointer<UInt8>) -> Bool {
    switch content.last {
    case UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    case UInt8(ascii: "."):
      content.count < 3 || content[content.count - 2] != UInt8(ascii: ".")
        || content[content.count - 3] != UInt8(ascii: ".")
    default: false
    }
  }

  private func search(_ content: UnsafeBufferPointer<UInt8>) -> Fate? {
    guard !facts.hasKelvin else {
      return LinePhrases.withoutKelvin(content).withUnsafeBufferPointer { find(in: $0) }
    }
    return find(in: content)
  }

  private func find(in content: UnsafeBufferPointer<UInt8>) -> Fate? {
    if limits.loremIpsum, LinePhrases.contains(content, LinePhrases.loremIpsum) {
      return .document(.loremIpsum)
    }
    if limits.javascript, LinePhrases.contains(content, LinePhrases.javascript) {
      return .line(.javascript)
    }
    if limits.curlyBracket, PlainText(content).holds(UInt8(ascii: "{")) {
      return .document(.curlyBracket)
    }
    if limits.policy, LinePhrases.contains(content, LinePhrases.policy) { return .line(.policy) }
    return nil
  }

  private func count(_ sentences: Int, _ words: Int) {
    self.sentences += sentences
    self.words += words
  }

  private func citationBytes(_ line: TextLine) -> Int {
    guard !edited.isEmpty, let changed = edited[line.whole.lowerBound] else { return 0 }
    return line.content.count - changed.count
  }

  // MARK: The text that is left

  private func joined(_ text: PlainText) -> Outcome {
    var (result, isFirst): ([UInt8], Bool) = ([], true)
    result.reserveCapacity(text.bytes.count)
    for judgement in judgements where judgement.rule == nil {
      if !isFirst { result.append(0x0A) }
      isFirst = false
      if let changed = edited[judgement.line.whole.lowerBound] {
        result += changed
      } else {
        result.append(contentsOf: text.part(judgement.line.content))
      }
    }
    result = Self.stripped(result)
    guard !result.elementsEqual(text.bytes) else { return .keep }
    return .change(result, cuts(text.bytes.count - result.count))
  }

  private static func stripped(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { bytes in
      let plain = PlainText(bytes)
      return Array(plain.part(plain.stripped(0..<bytes.count)))
    }
  }

  /// What `total` bytes went for: each line with its end for its rule, the citations of lines that stay, and the rest for white space.
  private func cuts(_ total: Int) -> [Cut] {
    var byReason: [FilterRule.Kind: Int] = [:]
    for judgement in judgements {
      if let rule = judgement.rule {
        byReason[rule, default: 0] += judgement.line.whole.count
      } else if judgement.citationBytes > 0 {
        byReason[.citations, default: 0] += judgement.citationBytes
      }
    }
    let rest = total - byReason.values.reduce(0, +)
    var cuts = byReason.filter { $0.value > 0 }.map { Cut($0.key.reason, bytes: $0.value) }
    // Another line end of the same length is a change too.
    if rest > 0 || cuts.isEmpty { cuts.append(Cut(Self.whiteSpace, bytes: rest)) }
    return cuts.sorted { ($0.bytes, $0.reason) < ($1.bytes, $1.reason) }
  }
}
