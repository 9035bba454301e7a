import CTextKernels

/// The entries of the chunks met so far. One for each thread.
///
/// A table of 32 MiB, and at most 16 MiB of words (but for a single chunk of more). A chunk lies in one of the few places from its own on;
/// where those are taken, one that was not met again goes. What it answers depends on the chunk alone.
final class ChunkWordCache {
  let reader: ChunkReader
  private let entries = ChunkTable()
  /// The words of all chunks of several.
  private(set) var words: UnsafeMutablePointer<ChunkWord>
  private var wordCount = 0
  private var wordCapacity = 1 << 14

  /// The places that a chunk may have.
  private static let places = 4
  private static let mostWords = 1 << 20

  init(_ reader: ChunkReader) {
    self.reader = reader
    words = .allocate(capacity: wordCapacity)
  }

  deinit { words.deallocate() }

  /// Where the entry of a chunk may be: asks for the first two places, so that they are near when they are looked at.
  @inline(__always)
  func prefetch(_ key: ByteKey) -> UInt64 {
    let hash = key.hash
    let first = entries.first(hash)
    cram_prefetch(first)
    cram_prefetch(first + 1)
    return hash
  }

  /// The entry of a chunk, as long as no other one is asked for.
  @inline(__always)
  func entry(
    _ key: ByteKey, _ hash: UInt64, _ start: UnsafePointer<UInt8>, count: Int
  ) -> UnsafePointer<ChunkEntry> {
    let first = entries.first(hash)
    var place = first
    repeat {
      if place.pointee.key == key {
        let flags = place.pointee.flags
        if flags & ChunkEntry.metAgain == 0 { place.pointee.flags = flags | ChunkEntry.metAgain }
        return UnsafePointer(place)
      }
      place += 1
    } while place < first + Self.places && place[-1].key.high != 0
    return add(UnsafeBufferPointer(start: start, count: count), key, first)
  }

  @inline(never)
  private func add(
    _ chunk: UnsafeBufferPointer<UInt8>, _ key: ByteKey, _ first: UnsafeMutablePointer<ChunkEntry>
  ) -> UnsafePointer<ChunkEntry> {
    if wordCount > Self.mostWords { forgetWords() }
    var entry = reader.read(chunk, key: key)
    if entry.isListed {
      entry.secondWord = UInt64(keep(reader.words.elements, reader.words.count))
    }
    let place = first + freedPlace(from: first)
    place.pointee = entry
    return UnsafePointer(place)
  }

  /// A place for a chunk: one that is free, else one that was not met again since the last time that all of these were.
  private func freedPlace(from first: UnsafeMutablePointer<ChunkEntry>) -> Int {
    for place in 0..<Self.places {
      if first[place].key.high == 0 || first[place].flags & ChunkEntry.metAgain == 0 {
        return place
      }
    }
    for place in 0..<Self.places { first[place].flags &= ~ChunkEntry.metAgain }
    return Self.places - 1
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

  /// Keeps words of chunks that were met again, as long as half of the room is left; the other chunks of several words go.
  private func forgetWords() {
    let old = words
    (wordCount, wordCapacity) = (0, 1 << 14)
    words = .allocate(capacity: wordCapacity)
    let all = entries.all
    for place in all.indices where all[place].isListed {
      let count = all[place].wordCount
      if all[place].flags & ChunkEntry.metAgain != 0, 2 * (wordCount + count) < Self.mostWords {
        all[place].flags &= ~ChunkEntry.metAgain
        let first = Int(truncatingIfNeeded: all[place].secondWord)
        all[place].secondWord = UInt64(keep(old + first, count))
      } else {
        all[place] = .free
      }
    }
    old.deallocate()
  }
}
