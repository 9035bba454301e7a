/// Takes the texts of blocks: keeps them, and finds the anchors and stretches in them. Any number of threads may add.
struct SubstringBlocks: Sendable {
  let rule: SubstringRule
  let spool: TextSpool
  let addAnchors: @Sendable (UnsafeBufferPointer<AnchorRecord>) throws -> Void
  let addStretches: @Sendable (UnsafeBufferPointer<CoveredRange>) throws -> Void

  /// What one thread keeps between blocks.
  final class Scratch {
    fileprivate let search: AnchorSearch
    fileprivate var anchors: [AnchorRecord] = []
    fileprivate var stretches: [CoveredRange] = []

    init(_ rule: SubstringRule) {
      search = AnchorSearch(rule)
    }
  }

  /// Adds what is left of the documents of a block.
  ///
  /// - Parameters:
  ///   - documents: the ordinal of each document and the bytes of its text, in reading order.
  ///   - text: lends the text of a document, named by its place in `documents`.
  func add(
    block: Int, _ documents: [(ordinal: UInt64, size: Int)], _ scratch: Scratch,
    text: (Int, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let long = documents.indices.filter { documents[$0].size >= rule.length }
    let base = spool.reserve(long.map { documents[$0] })
    var offset = 0
    scratch.anchors.removeAll(keepingCapacity: true)
    scratch.stretches.removeAll(keepingCapacity: true)
    for index in long {
      try text(index) { bytes in
        try spool.write(bytes, at: base + offset)
        scratch.search.search(
          bytes, base: CorpusPosition.first(ofBlock: block) + UInt64(offset),
          anchors: &scratch.anchors, stretches: &scratch.stretches)
      }
      offset += documents[index].size
    }
    try scratch.anchors.withUnsafeBufferPointer(addAnchors)
    try scratch.stretches.withUnsafeBufferPointer(addStretches)
  }
}
