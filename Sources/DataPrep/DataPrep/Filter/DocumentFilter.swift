import RingProtocol
import Synchronization
import Tokenization

/// Drops documents by rules, and lines by those of lines; the first rule that a document fails gives the reason.
public final class DocumentFilter: DocumentJudge {
  private let program: FilterProgram
  private let tokenizer: Tokenizer?
  private let histograms: Mutex<Histograms>

  /// - Parameters:
  ///   - tokenizer: needed where a rule counts tokens.
  ///   - measuresAll: whether the histograms hold every document for every rule, instead of those that reached the rule.
  public init(_ plan: FilterPlan, tokenizer: Tokenizer?, measuresAll: Bool = false) {
    precondition(tokenizer != nil || !plan.needsTokenizer, "\(plan.rules) without a tokenizer")
    program = FilterProgram(plan, measuresAll: measuresAll)
    self.tokenizer = tokenizer
    histograms = Mutex(program.histograms)
  }

  public func makeScratch() -> FilterScratch { FilterScratch(program, tokenizer) }

  public func judge(_ block: DocumentBlock, scratch: inout FilterScratch, turn: Corpus.Turn) throws
    -> [Decision]
  {
    let decisions = try block.documents.map { document throws(FilterError) in
      try scratch.decide(on: document)
    }
    let counted = scratch.takeHistograms()
    histograms.withLock { $0 += counted }
    return decisions
  }

  /// The histograms of all blocks judged so far.
  public var histogramReport: JSONValue { histograms.withLock { $0.json } }
}

/// The steps of a plan, with the place of each rule among all.
struct FilterProgram: Sendable {
  let steps: [Step]
  let measuresAll: Bool
  let histograms: Histograms

  struct Step: Sendable {
    let step: FilterStep
    /// The place of its (first) rule among all.
    let place: Int
    /// What the rules up to the next change of the text take of its words.
    let wants: TextWords.Wants
  }

  init(_ plan: FilterPlan, measuresAll: Bool) {
    var (steps, place): ([Step], Int) = ([], plan.rules.count)
    var wants: TextWords.Wants = []
    for step in plan.steps.reversed() {
      switch step {
      case .measure(let rule):
        place -= 1
        wants.formUnion(TextMeasures.wants(of: rule.kind))
      case .edit(let rules):
        place -= rules.count
        wants = .lines
      }
      steps.append(Step(step: step, place: place, wants: wants))
    }
    (self.steps, self.measuresAll) = (steps.reversed(), measuresAll)
    histograms = Histograms(plan.rules)
  }
}

/// What one thread needs to judge documents.
public final class FilterScratch {
  private let program: FilterProgram
  private let measures: TextMeasures
  private let editors: [LineEditor?]
  private var histograms: Histograms
  private let none: Histograms

  init(_ program: FilterProgram, _ tokenizer: Tokenizer?) {
    self.program = program
    let measures = TextMeasures(tokenizer)
    self.measures = measures
    editors = program.steps.map {
      if case .edit(let rules) = $0.step { LineEditor(rules, measures) } else { nil }
    }
    (histograms, none) = (program.histograms, program.histograms)
  }

  /// The histograms since the last call.
  func takeHistograms() -> Histograms {
    defer { histograms = none }
    return histograms
  }

  /// What becomes of a document.
  ///
  /// - Parameter watch: told of each step with the text before it, for those who ask why.
  func decide(on document: Document, watch: FilterWatch? = nil) throws(FilterError) -> Decision {
    guard document.text.count < TextWords.limit else {
      throw .textTooLong(name: document.name, bytes: document.text.count)
    }
    var run = FilterRun(text: document.text.assumingMemoryBound(to: UInt8.self))
    defer { run.free() }
    for (number, step) in program.steps.enumerated() {
      if number == 0 || run.isNew { measures.begin(run.text, step.wants, wordCount: run.wordCount) }
      run.isNew = false
      switch step.step {
      case .measure(let rule): measure(rule, at: step.place, &run, watch)
      case .edit(let rules): edit(rules, with: editors[number]!, at: step.place, &run, watch)
      }
      if run.verdict != nil, !program.measuresAll, watch == nil { break }
    }
    return run.decision
  }

  private func measure(
    _ rule: FilterRule, at place: Int, _ run: inout FilterRun, _ watch: FilterWatch?
  ) {
    guard let quantity = measures.quantity(rule.kind) else {
      watch?.measured(rule, nil, drops: false)
      return
    }
    histograms.add(quantity.value, at: place)
    let drops = rule.drops(quantity)
    watch?.measured(rule, quantity, drops: drops)
    if drops, run.verdict == nil {
      run.verdict = Verdict(rule.kind.reason, value: rule.threshold == nil ? .null : quantity.json)
    }
  }

  private func edit(
    _ rules: [FilterRule], with editor: LineEditor, at place: Int, _ run: inout FilterRun,
    _ watch: FilterWatch?
  ) {
    let outcome = editor.edit(measures)
    if let number = rules.firstIndex(where: { $0.kind == .fewSentences }), editor.isComplete {
      histograms.add(Double(editor.sentences), at: place + number)
    }
    watch?.edited(rules, editor, outcome, measures.text)
    switch outcome {
    case .keep: break
    case .drop(let kind, let quantity):
      let value: JSONValue = kind.hasThreshold ? quantity.json : .null
      run.verdict = run.verdict ?? Verdict(kind.reason, value: value)
    case .change(let text, let cuts): run.change(to: text, wordCount: editor.words, cuts)
    }
  }
}

/// How far the rules have come with one document.
private struct FilterRun {
  private(set) var text: UnsafeBufferPointer<UInt8>
  var verdict: Verdict?
  /// The words of the text, where they are known without splitting it.
  private(set) var wordCount: Int?
  /// Whether the text has just been changed.
  var isNew = true
  private var cuts: [Cut] = []
  private var owned: UnsafeMutableBufferPointer<UInt8>?

  init(text: UnsafeBufferPointer<UInt8>) {
    self.text = text
  }

  mutating func change(to bytes: [UInt8], wordCount: Int, _ cuts: [Cut]) {
    if bytes.isEmpty, verdict == nil { verdict = Verdict(cuts.last!.reason) }
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = copy.update(from: bytes)
    free()
    owned = copy
    text = UnsafeBufferPointer(start: copy.baseAddress, count: bytes.count)
    (isNew, self.wordCount) = (true, wordCount)
    self.cuts += cuts
  }

  mutating func free() {
    owned?.deallocate()
    owned = nil
  }

  var decision: Decision {
    if let verdict { return .drop(verdict) }
    return cuts.isEmpty ? .keep : .change(text: Array(text), cuts: cuts)
  }
}

/// Is told of every step of a judgement.
protocol FilterWatch: AnyObject {
  /// A rule measured; nil where there was nothing to measure.
  func measured(_ rule: FilterRule, _ quantity: Quantity?, drops: Bool)
  /// The rules of lines went over `text`.
  func edited(
    _ rules: [FilterRule], _ editor: LineEditor, _ outcome: LineEditor.Outcome, _ text: PlainText)
}
