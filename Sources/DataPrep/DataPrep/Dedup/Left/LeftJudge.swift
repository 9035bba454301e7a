import RingProtocol

/// The last pass over the documents: acts on what all modes have found, and reaches the verdicts of those that judge while reading.
final class LeftJudge: DocumentJudge {
  private let reader: LeftReader
  private let names: (any DocumentNames)?
  private let fresh: NamesInMemory?

  /// Tells which document stays instead of a dropped one.
  enum Names {
    /// Nobody asks.
    case none
    /// From what an earlier pass has written.
    case files(NameFiles)
    /// From this pass itself; of at most so many bytes.
    case kept(limit: Int)
  }

  init(_ reader: LeftReader, names: Names) {
    self.reader = reader
    switch names {
    case .none: (self.names, fresh) = (nil, nil)
    case .files(let files): (self.names, fresh) = (files, nil)
    case .kept(let limit):
      let kept = NamesInMemory(limit: limit)
      (self.names, fresh) = (kept, kept)
    }
  }

  /// What the text judges have met so far, by their modes' names.
  var facts: JSONValue { reader.facts }

  func makeScratch() -> DigestScratch { DigestScratch() }

  func judge(_ block: DocumentBlock, scratch: inout DigestScratch, turn: Corpus.Turn) throws
    -> [Decision]
  {
    // Before the block's turn: who looks for a name has had a later one, or the same.
    try fresh?.add(BlockNames(block), block: block.index)
    return try reader.read(block, turn, &scratch).fates.map(decision)
  }

  private func decision(on fate: DocumentFate) throws -> Decision {
    switch fate {
    case .left(let text):
      return text.isChanged ? .change(text: text.changedBytes, cuts: text.cuts) : .keep
    case .dropped(let drop):
      return .drop(
        Verdict(
          drop.reason, value: drop.value.map(JSONValue.double) ?? .null,
          copyOf: try drop.copyOf ?? drop.keeper.flatMap { try names?.name(of: $0) }))
    }
  }
}
