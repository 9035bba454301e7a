import RingProtocol

/// The grams of all examples, and which examples have them.
///
/// Grams are known by 64 bits: a run of words is taken for another with a probability of 2⁻⁶⁴ for each of them.
///
/// - Complexity: one bit is looked at for a gram that is in no example, in nearly all cases; some 28 bytes a gram.
final class GramTable: Sendable {
  /// What an example is called, and which file it is of.
  struct Example: Sendable, Equatable {
    var name: String
    var file: String
  }

  /// A gram of an example.
  struct Entry: ExchangeRecord {
    var hash: UInt64
    var example: UInt64

    var bucketKey: UInt64 { hash }

    static func < (left: Entry, right: Entry) -> Bool {
      left.hash != right.hash ? left.hash < right.hash : left.example < right.example
    }
  }

  let examples: [Example]
  /// Words of the grams that there are, the longest first.
  let lengths: [Int]
  /// Sorted, each once.
  private let entries: [Entry]
  /// The first entry of each hash, by its upper bits; 0 is none, others are one too high.
  private let slots: [UInt32]
  private let slotShift: UInt64
  /// A bit for each hash, by its lower bits.
  private let filter: [UInt64]
  private let filterMask: UInt64

  /// What a gram takes in the end, at most.
  private static let entryBytes = 28

  /// Reads all examples.
  ///
  /// - Throws: `CorpusError`, `AgainstError` where the grams take more than `memory`.
  init(
    _ corpus: Corpus, ngram: Int, threads: Int, memory: Int, cancellation: CancellationFlag?
  ) throws {
    var examples: [Example] = []
    var entries: [Entry] = []
    var lengths: Set<Int> = []
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: nil, makeScratch: { WordGrams() },
      work: { grams, block in GramBlock(block, ngram, grams) },
      collect: { block in
        let size = (entries.count + block.entries.count) * Self.entryBytes
        guard size <= memory, entries.count + block.entries.count < Int(UInt32.max) else {
          throw AgainstError.tooLarge(bytes: size, limit: memory)
        }
        let first = UInt64(examples.count)
        entries += block.entries.map { Entry(hash: $0.hash, example: $0.example + first) }
        examples += block.examples
        lengths.formUnion(block.lengths)
      })
    entries.withUnsafeMutableBufferPointer { RecordSort.sort($0) }
    self.examples = examples
    self.lengths = lengths.sorted(by: >)
    self.entries = Self.once(entries)
    (slots, slotShift) = Self.slots(of: self.entries)
    (filter, filterMask) = Self.filter(of: self.entries)
  }

  /// How many different grams there are.
  var count: Int {
    entries.indices.count { $0 == 0 || entries[$0].hash != entries[$0 - 1].hash }
  }

  private static func once(_ entries: [Entry]) -> [Entry] {
    var kept: [Entry] = []
    kept.reserveCapacity(entries.count)
    for entry in entries where kept.last != entry { kept.append(entry) }
    return kept
  }

  private static func slots(of entries: [Entry]) -> ([UInt32], UInt64) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * entries.count { bits += 1 }
    var slots = [UInt32](repeating: 0, count: 1 << bits)
    for index in entries.indices where index == 0 || entries[index].hash != entries[index - 1].hash
    {
      var slot = Int(entries[index].hash >> (64 - bits))
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
    return (slots, 64 - bits)
  }

  private static func filter(of entries: [Entry]) -> ([UInt64], UInt64) {
    var size = 1 << 10
    while size < 8 * entries.count { size *= 2 }
    var filter = [UInt64](repeating: 0, count: size / 64)
    for entry in entries {
      let bit = entry.hash & UInt64(size - 1)
      filter[Int(bit / 64)] |= 1 << (bit % 64)
    }
    return (filter, UInt64(size - 1))
  }

  /// The entries of a gram, as places for `example`; none where no example has it.
  @inline(__always)
  func find(_ hash: UInt64) -> Range<Int>? {
    let bit = hash & filterMask
    guard filter[Int(bit / 64)] & (1 << (bit % 64)) != 0 else { return nil }
    return search(hash)
  }

  private func search(_ hash: UInt64) -> Range<Int>? {
    var slot = Int(hash >> slotShift)
    while slots[slot] != 0 {
      let first = Int(slots[slot]) - 1
      if entries[first].hash == hash {
        var end = first + 1
        while end < entries.count, entries[end].hash == hash { end += 1 }
        return first..<end
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The example that an entry belongs to.
  func example(_ entry: Int) -> Int { Int(entries[entry].example) }
}

/// The examples of a block, and their grams.
private struct GramBlock: Sendable {
  var examples: [GramTable.Example] = []
  /// The examples counted from the block's first.
  var entries: [GramTable.Entry] = []
  var lengths: Set<Int> = []

  init(_ block: DocumentBlock, _ ngram: Int, _ grams: WordGrams) {
    let shortest = min(ngram, AgainstSettings.shortestExample)
    for (index, document) in block.documents.enumerated() {
      examples.append(GramTable.Example(name: document.name, file: document.file))
      grams.read(document.text)
      let length = min(ngram, grams.words.count)
      guard length >= shortest else { continue }
      lengths.insert(length)
      grams.forEachGram(of: length) { hash, _ in
        entries.append(GramTable.Entry(hash: hash, example: UInt64(index)))
      }
    }
  }
}

extension GramTable.Entry: Equatable {}
