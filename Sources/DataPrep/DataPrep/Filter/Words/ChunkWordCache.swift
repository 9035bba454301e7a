import CTextKernels

/// The entries of the chunks met so far. One for each thread.
///
/// At most 32 MiB of entries and 16 MiB of words (but for a single chunk of more); when that is full, what was met only once goes. What
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

  /// Where the entry of a chunk may be: asks for it, so that it is near when it is looked for.
  @inline(__always)
  func prefetch(_ key: ByteKey) -> UInt64 {
    let hash = key.hash
    cram_prefetch(entries + (Int(truncatingIfNeeded: hash) & (1 &<< bits &- 1)))
    return hash
  }

  /// The entry of a chunk, as long as no other one is asked for.
  @inline(__always)
  func entry(
    _ key: ByteKey, _ hash: UInt64, _ start: UnsafePointer<UInt8>, count: Int
  ) -> UnsafePointer<ChunkEntry> {
    let mask = 1 &<< bits &- 1
    var at = Int(truncatingIfNeeded: hash) & mask
    while true {
      let place = entries + at
      if place.pointee.key == key {
        let flags = place.pointee.flags
        if flags & ChunkEntry.metAgain == 0 { place.pointee.flags = flags | ChunkEntry.metAgain }
        return UnsafePointer(place)
      }
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
    if entry.isListed {
      entry.secondWord = UInt64(keep(reader.words.elements, reader.words.count))
    }
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

  /// Appends to the list of words; where they begin.
  private func keep(_ added: UnsafePointer<ChunkWord>, _ addedCount: Int) -> Int {
    if wordCount + addedCount > wordCapacity {
      wordCapacity = max(2 * wordCapacity, wordCount + addedCount)
      let larger = UnsafeMutablePointer<ChunkWord>.allocate(capacity: wordCapacity)
      larger.update(from: words, count: wordCount)
      words.deallocate()
      words = larger
    }
    (words + wordCount).update(from: added, count: addedCount)
    wordCount += addedCount
    return wordCount - addedCount
  }

  /// Doubles the table; where it is as large as it may be, keeps what was met again since the last time.
  private func makeRoom() {
    let (old, size, oldWords) = (entries, 1 << bits, words)
    let isFull = bits == Self.mostBits || wordCount > Self.mostWords
    if isFull {
      (count, wordCount, wordCapacity) = (0, 0, 1 << 14)
      words = .allocate(capacity: wordCapacity)
    } else {
      bits += 1
    }
    entries = Self.empty(bits)
    for at in 0..<size where old[at].key.high != 0 {
      if isFull {
        keepAgain(old[at], oldWords)
      } else {
        freePlace(for: old[at].key).pointee = old[at]
      }
    }
    old.deallocate()
    if isFull { oldWords.deallocate() }
  }

  /// Keeps an entry that was met again, as long as half of the room is left.
  private func keepAgain(_ entry: ChunkEntry, _ oldWords: UnsafePointer<ChunkWord>) {
    guard entry.flags & ChunkEntry.metAgain != 0, 4 * count < 1 << bits,
      2 * (wordCount + entry.wordCount) < Self.mostWords
    else { return }
    var entry = entry
    entry.flags &= ~ChunkEntry.metAgain
    if entry.isListed {
      entry.secondWord = UInt64(
        keep(oldWords + Int(truncatingIfNeeded: entry.secondWord), entry.wordCount))
    }
    freePlace(for: entry.key).pointee = entry
    count += 1
  }
}
