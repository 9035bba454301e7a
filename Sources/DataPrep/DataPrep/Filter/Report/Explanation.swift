import RingProtocol

/// Why a document stays or goes: every quantity that the rules look at, and what became of its lines.
public struct Explanation: Sendable, Equatable {
  /// The document's name, and where it stands.
  public let name: String
  public let file: String
  public let line: Int
  /// The reason for which it goes; nil stays.
  public let reason: String?
  /// What the rules found, in their order.
  public let findings: [Finding]

  /// What one rule, or one row of rules of lines, found.
  public enum Finding: Sendable, Equatable {
    case measure(Measure)
    case edit(Edit)
  }

  /// A rule that measures a text.
  public struct Measure: Sendable, Equatable {
    let rule: FilterRule
    /// Nil where there was nothing to measure.
    let quantity: Quantity?
    let drops: Bool
  }

  /// Rules that went over the lines.
  public struct Edit: Sendable, Equatable {
    let rules: [FilterRule]
    /// The lines that go, and those with citations taken out.
    let lines: [Line]
    let lineCount: Int
    let sentences: Int
    /// The rule by which the document goes.
    let drops: FilterRule.Kind?
    let cuts: [Cut]
  }

  /// A line that does not stay as it is.
  public struct Line: Sendable, Equatable {
    /// In the text as the rules found it, from 1.
    let number: Int
    /// The reason for which it goes; nil stays, without its citations.
    let reason: String?
    let text: String
  }
}

/// Gathers an explanation.
final class ExplanationWatch: FilterWatch {
  private(set) var findings: [Explanation.Finding] = []

  func measured(_ rule: FilterRule, _ quantity: Quantity?, drops: Bool) {
    findings.append(.measure(.init(rule: rule, quantity: quantity, drops: drops)))
  }

  func edited(
    _ rules: [FilterRule], _ editor: LineEditor, _ outcome: LineEditor.Outcome, _ text: PlainText
  ) {
    var lines: [Explanation.Line] = []
    for (place, judgement) in editor.judgements.enumerated() {
      guard judgement.rule != nil || judgement.citationBytes > 0 else { continue }
      let content = String(decoding: text.part(judgement.line.content), as: UTF8.self)
      lines.append(
        .init(
          number: place + 1,
          reason: judgement.rule?.reason,
          text: content))
    }
    var (drops, cuts): (FilterRule.Kind?, [Cut]) = (nil, [])
    switch outcome {
    case .keep: break
    case .drop(let kind, _): drops = kind
    case .change(_, let made): cuts = made
    }
    findings.append(
      .edit(
        .init(
          rules: rules, lines: lines, lineCount: editor.judgements.count,
          sentences: editor.sentences, drops: drops, cuts: cuts)))
  }
}
