import RingProtocol

/// Reads the documents of a part as the modes so far have left them.
///
/// Modes that look at a text alone judge first; of modes that have run there are findings on disk; inline modes judge while
/// reading.
final class LeftReader: @unchecked Sendable {
  private let judges: [Judge]
  // What follows is touched in a block's turn only.
  private let found: [Found]
  private let inline: [InlineJudge]

  /// A mode that looks at a text alone.
  struct Judge {
    let name: String
    let judge: any TextJudge
  }

  /// A mode with what it has found about this part.
  struct Found {
    let mode: ModeReading
    let stream: FindingStream
  }

  /// A block with what became of its documents.
  struct Reading {
    var fates: [DocumentFate]
    /// What each inline mode found in this block.
    var inlineFindings: [[Finding]]
  }

  /// - Parameters:
  ///   - judges: modes in the order in which they act.
  ///   - found: modes that act behind them.
  ///   - inline: modes that act behind those.
  init(judges: [Judge] = [], found: [Found], inline: [InlineJudge]) {
    (self.judges, self.found, self.inline) = (judges, found, inline)
  }

  /// What the modes that look at a text alone have met so far, by their names.
  var facts: JSONValue { .object(judges.map { .init($0.name, $0.judge.facts) }) }

  /// The modes that judge while reading.
  var inlineModes: [ModeReading] { inline.map(\.mode) }

  /// What became of a block's documents. Takes the block's turn where any mode has acted.
  func read(_ block: DocumentBlock, _ turn: Corpus.Turn, _ scratch: inout DigestScratch) throws
    -> Reading
  {
    var reading = Reading(
      fates: block.documents.map { .left(LeftText($0.text)) }, inlineFindings: [])
    for judge in judges {
      for (index, document) in block.documents.enumerated() {
        judge.judge.judge(
          document, ordinal: Ordinal.make(block: block.index, index: index),
          &reading.fates[index], &scratch)
      }
    }
    guard !found.isEmpty || !inline.isEmpty else { return reading }
    guard !inline.isEmpty else {
      var findings: [[Finding]] = []
      try turn.inOrder { findings = try self.findings(of: block) }
      apply(findings, to: &reading.fates)
      return reading
    }
    let prepared = inline.map { $0.prepare(reading.fates, &scratch) }
    try turn.inOrder {
      apply(try findings(of: block), to: &reading.fates)
      for (judge, prepared) in zip(inline, prepared) {
        reading.inlineFindings.append(
          try judge.judge(&reading.fates, block: block.index, prepared, &scratch) { $1.isChanged })
      }
    }
    return reading
  }

  /// What a dry run comes to, of which the first pass was remembered and all modes have found what they find.
  func conclude(_ ledger: DryLedger) throws -> StageCounts {
    precondition(inline.isEmpty, "\(inline.count) modes have not judged")
    return try ledger.conclude(found)
  }

  private func findings(of block: DocumentBlock) throws -> [[Finding]] {
    try found.map { try $0.stream.findings(inBlock: block.index) }
  }

  private func apply(_ findings: [[Finding]], to fates: inout [DocumentFate]) {
    for (source, findings) in zip(found, findings) {
      var rest = findings[...]
      while let first = rest.first {
        let group = rest.prefix { $0.ordinal == first.ordinal }
        rest = rest[group.endIndex...]
        fates[Ordinal.index(of: first.ordinal)].apply(group, of: source.mode)
      }
    }
  }
}

/// A document as the modes before have left it.
package struct LeftDocument {
  /// Its place in the corpus, see `Ordinal`.
  package let ordinal: UInt64
  package let document: Document
  package let text: LeftText
}

extension LeftReader.Reading {
  /// The documents that are left, in reading order.
  func documents(of block: DocumentBlock) -> [LeftDocument] {
    zip(block.documents, fates).enumerated().compactMap { index, pair in
      guard case .left(let text) = pair.1 else { return nil }
      return LeftDocument(
        ordinal: Ordinal.make(block: block.index, index: index), document: pair.0, text: text)
    }
  }
}
