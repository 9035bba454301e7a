/// The ids of the chunks of text met last: one place for each hash, the newer replaces the older.
///
/// 64 bytes a place, 4 MiB in all, whatever the text. Chunks of more than 24 bytes or 8 ids are not kept.
final class ChunkCache {
  /// One cache line: a chunk and its ids.
  struct Entry {
    var key: ChunkKey
    var idCount: UInt8
    var ids: SIMD8<UInt32>
  }

  static let mostIDs = 8
  private static let bits = 16

  private let entries: UnsafeMutablePointer<Entry>

  init() {
    precondition(
      MemoryLayout<Entry>.stride == 64, "an entry is \(MemoryLayout<Entry>.stride) bytes")
    entries = .allocate(capacity: 1 << Self.bits)
    let free = Entry(key: .free, idCount: 0, ids: .zero)
    entries.initialize(repeating: free, count: 1 << Self.bits)
  }

  deinit { entries.deallocate() }

  /// Where `key` is kept, if it is kept.
  @inline(__always)
  func place(of key: ChunkKey) -> UnsafeMutablePointer<Entry> {
    entries + key.slot(bits: Self.bits)
  }
}

extension ChunkKey {
  /// The key of no chunk: none is empty.
  static let free = ChunkKey(words: (0, 0, 0), count: 0)

  private init(words: (UInt64, UInt64, UInt64), count: UInt8) {
    (self.words, self.count) = (words, count)
  }
}
