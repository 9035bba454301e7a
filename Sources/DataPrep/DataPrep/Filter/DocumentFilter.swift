import RingProtocol
import Tokenization

/// Drops documents by rules; the first rule that a document fails gives the reason.
public struct DocumentFilter: DocumentJudge {
  private let rules: [FilterRule]
  private let tokenizer: Tokenizer?

  /// - Parameter tokenizer: needed where a rule counts tokens.
  public init(_ plan: FilterPlan, tokenizer: Tokenizer?) {
    precondition(tokenizer != nil || !plan.needsTokenizer, "\(plan.rules) without a tokenizer")
    (rules, self.tokenizer) = (plan.rules, tokenizer)
  }

  public func makeScratch() -> Encoder? { tokenizer?.makeEncoder() }

  public func judge(_ block: DocumentBlock, scratch: inout Encoder?, turn: Corpus.Turn)
    -> [Decision]
  {
    block.documents.map { verdict(on: $0, scratch).map(Decision.drop) ?? .keep }
  }

  private func verdict(on document: Document, _ encoder: Encoder?) -> Verdict? {
    let characters = document.characterCount
    for rule in rules {
      switch rule.kind {
      case .minCharacters:
        if Double(characters) < rule.threshold { return rule.verdict(.int(Int64(characters))) }
      case .maxCharacters:
        if Double(characters) > rule.threshold { return rule.verdict(.int(Int64(characters))) }
      case .tokensPerCharacter:
        let tokens = encoder!.count(document.text.assumingMemoryBound(to: UInt8.self))
        if Double(tokens) >= rule.threshold * Double(characters) {
          return rule.verdict(
            characters == 0 ? .null : .double(Double(tokens) / Double(characters)))
        }
      }
    }
    return nil
  }
}

extension FilterRule {
  fileprivate func verdict(_ value: JSONValue) -> Verdict { Verdict(kind.rawValue, value: value) }
}
