import RingProtocol

/// What a dry run remembers of the first pass over the corpus, so that its counts need no other pass: the size of every text.
///
/// Of use where all modes drop whole documents.
package final class DryLedger: @unchecked Sendable {
  private let path: String
  private var sizes: RecordAppender<DocumentSize>?
  private var counts = StageCounts()
  private var isTaken = false

  /// The size of a document's text in UTF-8 bytes.
  struct DocumentSize: ExchangeRecord {
    let ordinal: UInt64
    let byteCount: UInt64

    var bucketKey: UInt64 { ordinal }

    static func < (left: DocumentSize, right: DocumentSize) -> Bool {
      left.ordinal < right.ordinal
    }
  }

  /// What one block adds.
  struct Page: Sendable {
    fileprivate var sizes: [DocumentSize] = []
    fileprivate var counts = StageCounts()

    init(_ block: DocumentBlock) {
      sizes.reserveCapacity(block.documents.count)
      for (index, document) in block.documents.enumerated() {
        let ordinal = Ordinal.make(block: block.index, index: index)
        sizes.append(DocumentSize(ordinal: ordinal, byteCount: UInt64(document.text.count)))
        counts.input.add(document.text.count)
      }
      for fault in block.faults {
        counts.input.add(fault.raw.count)
        counts.drop(fault.reason.rawValue, bytes: fault.raw.count)
      }
    }
  }

  /// - Parameter path: where sizes go.
  package init(path: String) {
    self.path = path
  }

  // MARK: The first pass

  /// Whether this pass is the one to be remembered: the first that asks.
  func begin() throws(FileError) -> Bool {
    guard !isTaken else { return false }
    isTaken = true
    sizes = try RecordAppender(path: path)
    return true
  }

  /// Adds the next block in reading order.
  func add(_ page: Page) throws(FileError) {
    for size in page.sizes { try sizes!.append(size) }
    counts += page.counts
  }

  func finish() throws(FileError) { try sizes?.finish() }

  // MARK: The end

  /// What the run comes to, by what the modes found: of several that drop a document the first one counts.
  func conclude(_ found: [LeftReader.Found]) throws -> StageCounts {
    var counts = counts
    let sizes = RecordStream<DocumentSize>(paths: [path])
    var block = -1
    var reasons: [UInt64: String] = [:]
    try sizes.forEach { size in
      if Ordinal.block(of: size.ordinal) != block {
        block = Ordinal.block(of: size.ordinal)
        reasons = try Self.reasons(inBlock: block, found)
      }
      if let reason = reasons[size.ordinal] {
        counts.drop(reason, bytes: Int(size.byteCount))
      } else {
        counts.output.add(Int(size.byteCount))
      }
    }
    return counts
  }

  private static func reasons(
    inBlock block: Int, _ found: [LeftReader.Found]
  ) throws -> [UInt64: String] {
    var reasons: [UInt64: String] = [:]
    for source in found {
      for finding in try source.stream.findings(inBlock: block)
      where reasons[finding.ordinal] == nil {
        reasons[finding.ordinal] = source.mode.reason
      }
    }
    return reasons
  }
}
