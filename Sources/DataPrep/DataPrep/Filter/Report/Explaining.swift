import RingProtocol
import Tokenization

extension Filtering {
  /// Explains the documents called `name`, all of them, in reading order; every rule is measured, also behind the one that drops.
  ///
  /// Reads the whole corpus; without a tokenizer where a rule needs one, one is trained on it first, as a run would.
  public func explain(
    _ name: String, threads: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) throws -> [Explanation] {
    let tokenizer = try tokenizerPath.map { path throws(TokenizerError) in try Tokenizer.load(path)
    }
    let trained =
      trainsItself
      ? try SelfTokenizer(
        of: corpus, seed: seed, threads: threads, cancellation: cancellation, progress: progress
      ).vocabulary.tokenizer() : nil
    let program = FilterProgram(plan, measuresAll: true)
    var found: [Explanation] = []
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { FilterScratch(program, tokenizer ?? trained) },
      work: { scratch, block in
        try block.documents.filter { $0.name == name }.map { document throws(FilterError) in
          try scratch.explain(document)
        }
      },
      collect: { (explanations: [Explanation]) in found += explanations })
    guard !found.isEmpty else { throw FilterError.noSuchDocument(name: name) }
    return found
  }
}

extension FilterScratch {
  /// Why `document` stays or goes.
  func explain(_ document: Document) throws(FilterError) -> Explanation {
    let watch = ExplanationWatch()
    let decision = try decide(on: document, watch: watch)
    let reason: String? = if case .drop(let verdict) = decision { verdict.reason } else { nil }
    return Explanation(
      name: document.name, file: document.file, line: document.line, reason: reason,
      findings: watch.findings)
  }
}
