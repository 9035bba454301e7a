import RingProtocol

/// The search for repeated substrings in one process: texts go in, block by block, and what becomes of them comes out.
///
/// Texts, anchors and ranges stay in memory as far as the budget allows, and go to files above it; what is found does not
/// depend on that, nor on the number of threads.
package final class SubstringSearch: Sendable {
  package let rule: SubstringRule
  private let folder: String
  private let memory: Int
  private let blocks: SubstringBlocks
  private let anchors: RecordPool<AnchorRecord>
  private let covered: RecordPool<CoveredRange>

  /// Ranges of keys: enough that one is sorted in the nearest memory.
  private static let buckets = 64

  /// - Parameters:
  ///   - folder: for what does not fit in memory; it exists.
  ///   - memory: the budget in bytes.
  package init(_ rule: SubstringRule, folder: String, memory: Int) {
    (self.rule, self.folder, self.memory) = (rule, folder, memory)
    let anchors = RecordPool<AnchorRecord>(
      name: "substring-anchors", buckets: Self.buckets, memory: memory / 4, folder: folder)
    let covered = RecordPool<CoveredRange>(
      name: "substring-covered", buckets: 1, memory: memory / 8, folder: folder)
    (self.anchors, self.covered) = (anchors, covered)
    blocks = SubstringBlocks(
      rule: rule, spool: TextSpool(path: folder + "/substring", memory: memory / 2),
      addAnchors: anchors.add, addStretches: covered.add)
  }

  /// What one thread keeps between blocks.
  package struct Scratch {
    fileprivate let blocks: SubstringBlocks.Scratch
  }

  package func makeScratch() -> Scratch { Scratch(blocks: SubstringBlocks.Scratch(rule)) }

  /// Adds what is left of the documents of a block, in any order of the blocks.
  ///
  /// - Parameters:
  ///   - documents: the ordinal of each document and the bytes of its text, in reading order.
  ///   - text: lends the text of a document, named by its place in `documents`.
  package func add(
    block: Int, _ documents: [(ordinal: UInt64, size: Int)], _ scratch: Scratch,
    text: (Int, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    try blocks.add(block: block, documents, scratch.blocks, text: text)
  }

  /// Compares everything and calls `body` for each document that changes, in reading order.
  ///
  /// - Returns: the most repeated passages.
  package func finish(
    threads: Int, cancellation: CancellationFlag? = nil,
    _ body: (SubstringFinding) throws -> Void
  ) throws -> [RepeatedPassage] {
    try anchors.finish()
    let texts = CorpusTexts([try blocks.spool.finish()])
    let passages = try match(texts, threads: threads, cancellation: cancellation)
    try covered.finish()
    var findings = SubstringFindings(rule, texts)
    try findings.collect(try covered.sorted(0, memory: memory / 8), body)
    return try passages.shown(from: texts)
  }

  private func match(
    _ texts: CorpusTexts, threads: Int, cancellation: CancellationFlag?
  ) throws -> PassageList {
    let share = memory / 8 / max(1, threads)
    var passages = PassageList()
    try OrderedPipeline<Int, PassageList>(threads: threads).run(
      cancellation: cancellation,
      produce: {
        var buckets = (0..<Self.buckets).makeIterator()
        return { buckets.next() }
      },
      work: { [self] in
        let matcher = RepeatMatcher(
          rule, texts: texts, memory: share, cancellation: cancellation)
        return { [self] bucket, _ in
          let sorted = try anchors.sorted(bucket, memory: share)
          return try matcher.match(sorted, covered.add)
        }
      },
      collect: { passages.merge($0) })
    return passages
  }
}
