/// Looks at special cases whose words lie in several chunks.
///
/// Such a row is never joined, since its chunks stand apart; but one that is longer, or begins earlier, keeps a row inside a
/// chunk that shares words with it from being joined. So chunks that hold a row are looked at together with their neighbours where a row
/// may reach across. One for each thread.
final class RowSearch {
  /// Whether chunks are being gathered.
  private(set) var isOpen = false

  private let reader: ChunkReader
  private var chunks: [(range: Range<Int>, index: Int)] = []
  private var holdsRow = false
  private var findings: [Int: Finding] = [:]

  /// A chunk that is split otherwise here than alone.
  private final class Finding {
    let entry: UnsafeMutablePointer<ChunkEntry>
    let words: UnsafeMutablePointer<ChunkWord>

    init(_ entry: ChunkEntry, _ words: GrowingList<ChunkWord>) {
      self.entry = .allocate(capacity: 1)
      var entry = entry
      entry.secondWord = entry.isListed ? 0 : entry.secondWord
      self.entry.initialize(to: entry)
      self.words = .allocate(capacity: words.count)
      self.words.initialize(from: words.elements, count: words.count)
    }

    deinit {
      entry.deallocate()
      words.deallocate()
    }
  }

  init(_ reader: ChunkReader) {
    self.reader = reader
  }

  /// Begins a text.
  func begin() {
    close(without: nil)
    findings.removeAll()
  }

  /// Whether some chunk is split otherwise than alone.
  var hasFindings: Bool { !findings.isEmpty }

  /// A row may reach from the chunk before into the chunk `index`.
  @inline(never)
  func link(
    _ before: Range<Int>, _ flagsBefore: UInt8, _ chunk: Range<Int>, _ flags: UInt8, index: Int
  ) {
    if !isOpen {
      isOpen = true
      chunks.append((before, index - 1))
      holdsRow = flagsBefore & ChunkEntry.holdsRow != 0
    }
    chunks.append((chunk, index))
    holdsRow = holdsRow || flags & ChunkEntry.holdsRow != 0
  }

  /// The chunks gathered so far have an end.
  @inline(never)
  func close(_ text: UnsafePointer<UInt8>) { close(without: text) }

  private func close(without text: UnsafePointer<UInt8>?) {
    if let text, holdsRow { compare(text) }
    chunks.removeAll(keepingCapacity: true)
    (isOpen, holdsRow) = (false, false)
  }

  private func compare(_ text: UnsafePointer<UInt8>) {
    let codes = chunks.map { reader.codes(of: Self.bytes(text, $0.range)) }
    let chosen = reader.sequences.chosenRows(in: Array(codes.joined()))
    var first = 0
    for (chunk, own) in zip(chunks, codes) {
      let range = first..<(first + own.count)
      let here = chosen.filter {
        range.contains($0.lowerBound) && $0.upperBound <= range.upperBound
      }
      .map { ($0.lowerBound - first)..<($0.upperBound - first) }
      if here != reader.sequences.chosenRows(in: own) {
        let entry = reader.read(
          Self.bytes(text, chunk.range), key: ByteKey(low: 0, high: 0), joining: here)
        findings[chunk.index] = Finding(entry, reader.words)
      }
      first = range.upperBound
    }
  }

  private static func bytes(_ text: UnsafePointer<UInt8>, _ range: Range<Int>)
    -> UnsafeBufferPointer<UInt8>
  {
    UnsafeBufferPointer(start: text + range.lowerBound, count: range.count)
  }

  /// Puts what was found of the chunk `index` in the place of what it is alone.
  func replace(
    _ entry: inout UnsafePointer<ChunkEntry>, _ words: inout UnsafePointer<ChunkWord>, at index: Int
  ) {
    guard let finding = findings[index] else { return }
    (entry, words) = (UnsafePointer(finding.entry), UnsafePointer(finding.words))
  }
}
