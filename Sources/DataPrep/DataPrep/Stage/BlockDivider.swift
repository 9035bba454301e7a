import RingProtocol

/// What a run counts.
struct StageCounts: Sendable {
  var input = Tally()
  var output = Tally()
  var dropped: [String: Tally] = [:]

  mutating func drop(_ reason: String, bytes: Int) {
    dropped[reason, default: Tally()].add(bytes)
  }

  static func += (left: inout StageCounts, right: StageCounts) {
    left.input += right.input
    left.output += right.output
    left.dropped.merge(right.dropped) { one, other in
      var sum = one
      sum += other
      return sum
    }
  }

  func add(to report: inout StageReport) {
    report.input += input
    report.output += output
    for (reason, tally) in dropped { report.dropped[reason, default: Tally()] += tally }
  }
}

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

  /// `verdicts` has one place for each document; nil stays.
  func divide(_ block: DocumentBlock, _ verdicts: [Verdict?]) -> DividedBlock {
    var counts = StageCounts()
    kept.removeAll(keepingCapacity: true)
    dropped.removeAll(keepingCapacity: true)
    block.forEachLine {
      add(block.documents[$0], verdicts[$0], to: &counts)
    } fault: {
      add($0, to: &counts)
    }
    return DividedBlock(
      counts: counts, kept: form.keepsDocuments ? compressor.frame(of: kept) : nil,
      dropped: dropped.isEmpty
        ? nil : form.compressesDropped ? compressor.frame(of: dropped) : dropped)
  }

  private func add(_ document: Document, _ verdict: Verdict?, to counts: inout StageCounts) {
    counts.input.add(document.text.count)
    guard let verdict else {
      counts.output.add(document.text.count)
      if form.keepsDocuments { document.appendLine(to: &kept) }
      return
    }
    counts.drop(verdict.reason, bytes: document.text.count)
    if form.tellsDropped { verdict.appendLine(of: document, to: &dropped) }
  }

  private func add(_ fault: FaultyLine, to counts: inout StageCounts) {
    counts.input.add(fault.raw.count)
    counts.drop(fault.reason.rawValue, bytes: fault.raw.count)
    if form.tellsDropped { Verdict.appendLine(of: fault, to: &dropped) }
  }
}
