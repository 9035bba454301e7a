/// The entries of the chunks met so far. One for each thread.
///
/// At most 32 MiB of entries and 16 MiB of words (but for a single chunk of more); when that is full it begins anew. What
/// it answers depends on the chunk alone.
final class ChunkWordCache {
  private let reader: ChunkReader
  private var entries: UnsafeMutablePointer<ChunkEntry>
  private var bits: Int
  private var count = 0
  /// The words of all chunks of several.
  private(set) var words: UnsafeMutablePointer<ChunkWord>
  private var wordCount = 0
  private var wordCapacity: Int

  private static let firstBits = 12
  private static let mostBits = 19
  private static let mostWords = 1 << 20

  init(_ reader: ChunkReader) {
    precondition(
      MemoryLayout<ChunkEntry>.stride == 64, "an entry is \(MemoryLayout<ChunkEntry>.stride) bytes")
    self.reader = reader
    bits = Self.firstBits
    entries = Self.empty(bits)
    wordCapacity = 1 << 14
    words = .allocate(capacity: wordCapacity)
  }

  deinit {
    entries.deallocate()
    words.deallocate()
  }

  private static func empty(_ bits: Int) -> UnsafeMutablePointer<ChunkEntry> {
    let size = 1 << bits
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 64 * size, alignment: 64)
    let entries = raw.bindMemory(to: ChunkEntry.self, capacity: size)
    entries.initialize(repeating: .free, count: size)
    return entries
  }

  /// The entry of the chunk at `start`, as long as no other one is asked for.
  @inline(__always)
  func entry(
    _ start: UnsafePointer<UInt8>, count: Int, end: UnsafePointer<UInt8>
  ) -> UnsafePointer<ChunkEntry> {
    let key = ByteKey(start, count: count, end: end)
    let mask = 1 &<< bits &- 1
    var at = Int(truncatingIfNeeded: key.hash) & mask
    while true {
      let place = entries + at
      if place.pointee.key == key { return UnsafePointer(place) }
      if place.pointee.key.high == 0 {
        return add(UnsafeBufferPointer(start: start, count: count), key)
      }
      at = (at &+ 1) & mask
    }
  }

  @inline(never)
  private func add(_ chunk: UnsafeBufferPointer<UInt8>, _ key: ByteKey) -> UnsafePointer<ChunkEntry>
  {
    if 2 * (count + 1) > 1 << bits || wordCount > Self.mostWords { makeRoom() }
    var entry = reader.read(chunk, key: key)
    if reader.words.count > 1 { entry.place = keep(reader.words) }
    let place = freePlace(for: key)
    place.pointee = entry
    count += 1
    return UnsafePointer(place)
  }

  private func freePlace(for key: ByteKey) -> UnsafeMutablePointer<ChunkEntry> {
    let mask = 1 << bits - 1
    var at = Int(truncatingIfNeeded: key.hash) & mask
    while entries[at].key.high != 0 { at = (at + 1) & mask }
    return entries + at
  }

  /// Appends to the list of words.
  private func keep(_ chunk: [ChunkWord]) -> UInt32 {
    if wordCount + chunk.count > wordCapacity {
      wordCapacity = max(2 * wordCapacity, wordCount + chunk.count)
      let larger = UnsafeMutablePointer<ChunkWord>.allocate(capacity: wordCapacity)
      larger.moveInitialize(from: words, count: wordCount)
      words.deallocate()
      words = larger
    }
    let place = wordCount
    for word in chunk {
      (words + wordCount).initialize(to: word)
      wordCount += 1
    }
    return UInt32(place)
  }

  /// Doubles the table, or where it is as large as it may be begins anew.
  private func makeRoom() {
    let (old, size) = (entries, 1 << bits)
    let isFull = bits == Self.mostBits || wordCount > Self.mostWords
    if isFull {
      (count, wordCount) = (0, 0)
      if wordCapacity > 2 * Self.mostWords { shrinkWords() }
      entries.update(repeating: .free, count: size)
      return
    }
    bits += 1
    entries = Self.empty(bits)
    for at in 0..<size where old[at].key.high != 0 { freePlace(for: old[at].key).pointee = old[at] }
    old.deallocate()
  }

  private func shrinkWords() {
    words.deallocate()
    wordCapacity = 1 << 14
    words = .allocate(capacity: wordCapacity)
  }
}
