/// The distinct words of a text with their counts, in the order of their bytes: the same for the same texts, whoever counted them.
struct CountedWords {
  private let table: ByteStringTable
  /// Numbers in the table, by rising bytes of the words.
  private let order: [Int]
  private let allCounts: [Int64]

  init(_ counter: WordCounter) {
    counter.settleAll()
    (table, allCounts) = (counter.words, counter.counts)
    let words = counter.words
    order = (0..<words.count).sorted { left, right in
      words.withBytes(of: left) { left in
        words.withBytes(of: right) { left.lexicographicallyPrecedes($0) }
      }
    }
  }

  var count: Int { order.count }

  /// Calls `body` with the characters of each word, and how often the text has it.
  func forEach(_ body: (UnsafeBufferPointer<TracedScalar>, Int64) -> Void) {
    var scalars: [TracedScalar] = []
    for number in order {
      scalars.removeAll(keepingCapacity: true)
      _ = table.withBytes(of: number) { scalars.append(utf8: $0) }
      scalars.withUnsafeBufferPointer { body($0, allCounts[number]) }
    }
  }
}
