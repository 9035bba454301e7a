import RingProtocol

/// What a run writes of each block.
struct BlockForm: Sendable {
  let keepsDocuments: Bool
  let tellsDropped: Bool
  let compressesDropped: Bool
}

/// A block that has been judged, ready to be written.
struct DividedBlock: Sendable {
  var counts = StageCounts()
  /// One zstd frame.
  var kept: [UInt8]?
  /// Lines, or one zstd frame of them.
  var dropped: [UInt8]?
}

/// Parts what stays of a block from what goes. One for each thread.
final class BlockDivider {
  private let form: BlockForm
  private let compressor = FrameCompressor()
  private var kept: [UInt8] = []
  private var dropped: [UInt8] = []

  init(_ form: BlockForm) {
    self.form = form
  }

  /// `decisions` has one place for each document.
  func divide(_ block: DocumentBlock, _ decisions: [Decision]) -> DividedBlock {
    precondition(
      decisions.count == block.documents.count,
      "\(decisions.count) decisions on \(block.documents.count) documents")
    var counts = StageCounts()
    kept.removeAll(keepingCapacity: true)
    dropped.removeAll(keepingCapacity: true)
    // Growing by doubling would fetch the pages of every size on the way from the system.
    if form.keepsDocuments { kept.reserveCapacity(InputBlock.targetBytes + InputBlock.slackBytes) }
    block.forEachLine {
      add(block.documents[$0], decisions[$0], to: &counts)
    } fault: {
      add($0, to: &counts)
    }
    return DividedBlock(
      counts: counts, kept: form.keepsDocuments ? compressor.frame(of: kept) : nil,
      dropped: dropped.isEmpty
        ? nil : form.compressesDropped ? compressor.frame(of: dropped) : dropped)
  }

  private func add(_ document: Document, _ decision: Decision, to counts: inout StageCounts) {
    counts.input.add(document.text.count)
    switch decision {
    case .keep:
      counts.output.add(document.text.count)
      if form.keepsDocuments { document.appendLine(to: &kept) }
    case .drop(let verdict): drop(document, verdict, from: &counts)
    case .change(let text, let cuts): change(document, to: text, cuts, counting: &counts)
    }
  }

  private func drop(_ document: Document, _ verdict: Verdict, from counts: inout StageCounts) {
    counts.drop(verdict.reason, bytes: document.text.count)
    if form.tellsDropped { verdict.appendLine(of: document, to: &dropped) }
  }

  private func change(
    _ document: Document, to text: [UInt8], _ cuts: [Cut], counting counts: inout StageCounts
  ) {
    let gone = cuts.reduce(0) { $0 + $1.bytes }
    precondition(
      text.count + gone == document.text.count,
      "\(text.count) bytes left and \(gone) cut of \(document.text.count)")
    precondition(!cuts.isEmpty, "a change of nothing in \(document.name)")
    guard !text.isEmpty else {
      return drop(document, Verdict(cuts.last!.reason), from: &counts)
    }
    counts.output.add(text.count)
    counts.change(cuts)
    if form.keepsDocuments { document.appendLine(withText: text, to: &kept) }
  }

  private func add(_ fault: FaultyLine, to counts: inout StageCounts) {
    counts.input.add(fault.raw.count)
    counts.drop(fault.reason.rawValue, bytes: fault.raw.count)
    if form.tellsDropped { Verdict.appendLine(of: fault, to: &dropped) }
  }
}
