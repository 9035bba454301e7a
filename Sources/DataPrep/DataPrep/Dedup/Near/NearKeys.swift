import RingProtocol

/// The step that reads every document of a part: writes the keys of its bands, and facts for later steps.
///
/// `work` runs on any thread with a scratch of its own; `collect` takes what it gave, in reading order.
package final class NearKeys: @unchecked Sendable {
  private let scheme: NearScheme
  private let bands: RecordWriter<BandRecord>
  private let facts: FactsWriter

  /// What one thread keeps between blocks.
  package struct Scratch {
    fileprivate let sketcher: TextSketcher
    fileprivate var records: [BandRecord] = []
  }

  /// Begins the files of the part.
  package init(_ steps: NearSteps, part: Int) throws(FileError) {
    scheme = steps.scheme
    bands = try RecordWriter(
      folder: steps.folder, name: "\(NearSteps.bands)-\(part)", buckets: steps.buckets)
    facts = try FactsWriter(folder: steps.folder, name: NearSteps.facts, part: part)
  }

  package func makeScratch() -> Scratch { Scratch(sketcher: TextSketcher(scheme)) }

  /// A document with the text that earlier modes have left of it.
  package struct Item {
    package let ordinal: UInt64
    package let document: Document
    package let text: UnsafeRawBufferPointer

    package init(ordinal: UInt64, document: Document, text: UnsafeRawBufferPointer) {
      (self.ordinal, self.document, self.text) = (ordinal, document, text)
    }
  }

  /// Writes the keys of the documents of a block, which `forEach` gives one by one, in reading order.
  package func work(
    _ scratch: inout Scratch, forEach: (_ body: (Item) -> Void) throws -> Void
  ) throws -> BlockFacts {
    var facts = BlockFacts()
    scratch.records.removeAll(keepingCapacity: true)
    let sketcher = scratch.sketcher
    var records = scratch.records
    try forEach { item in
      facts.add(item)
      sketcher.forEachKey(of: item.text) {
        records.append(BandRecord(key: $0, ordinal: item.ordinal))
      }
    }
    try bands.add(records)
    scratch.records = records
    return facts
  }

  package func collect(_ block: BlockFacts) throws(FileError) { try facts.add(block) }

  /// Gives the files their names.
  package func finish() throws(FileError) {
    try bands.finish()
    try facts.finish()
  }
}

/// The step that reads a part again and writes the shingle sets of the documents that met another one.
package final class NearSets: @unchecked Sendable {
  private let scheme: NearScheme
  private let wanted: OrdinalSet
  private let sets: SetWriter

  package init(_ steps: NearSteps, part: Int) throws {
    scheme = steps.scheme
    wanted = try steps.documentsThatMet()
    sets = try SetWriter(folder: steps.folder, name: NearSteps.sets, part: part)
  }

  package func makeScratch() -> TextSketcher { TextSketcher(scheme) }

  package func work(
    _ sketcher: TextSketcher, forEach: (_ body: (NearKeys.Item) -> Void) throws -> Void
  ) rethrows -> BlockSets {
    var block = BlockSets()
    try forEach { item in
      guard wanted.contains(item.ordinal) else { return }
      sketcher.withSet(of: item.text) { block.add($0, ordinal: item.ordinal) }
    }
    return block
  }

  package func collect(_ block: BlockSets) throws(FileError) { try sets.add(block) }

  package func finish() throws(FileError) { try sets.finish() }
}
