import CTextKernels

/// Splits texts into words, lines and sentences, and counts what the quality rules ask for. One for each thread.
///
/// The words are those of spaCy's blank English tokenizer with words of white space left out; the sentences those of its
/// sentencizer on each line alone. One pass over the text, in which each chunk without white space is looked up in a cache.
///
/// - Complexity: O(*n*) in the bytes of the text; a chunk that is not in the cache costs some hundred times as much.
final class TextWords {
  /// What is kept of the next text beyond the sums.
  struct Wants: OptionSet {
    let rawValue: Int
    /// `words`.
    static let words = Wants(rawValue: 1)
    /// `lines`.
    static let lines = Wants(rawValue: 2)
  }

  /// Counts over all words.
  private(set) var sums = WordSums()
  /// A bit for each of `StopWords.all` that occurs as a word.
  private(set) var stopWords: UInt8 = 0
  // Behind pointers, so that the loop need not ask for leave to change them.
  private let list: UnsafeMutablePointer<WordList>
  private let collector: UnsafeMutablePointer<LineCollector>

  /// The words, where they were wanted.
  var words: UnsafePointer<WordList> { UnsafePointer(list) }
  /// The lines, where they were wanted.
  var lines: [TextLine] { collector.pointee.lines }

  private let cache: ChunkWordCache
  private let rows: RowSearch
  private let chunks: UnsafeMutablePointer<cram_chunk>

  private let keys: UnsafeMutablePointer<ByteKey>
  private let hashes: UnsafeMutablePointer<UInt64>

  /// Chunks that are looked up together: what they need has to come near meanwhile, and to stay there.
  private static let batch = 256
  /// Texts are shorter, in bytes.
  static let limit = 1 << 31

  convenience init() { self.init(ChunkWordCache(ChunkReader())) }

  /// Splits with what `other` remembers; never while that one splits.
  convenience init(sharing other: TextWords) { self.init(other.cache) }

  private init(_ cache: ChunkWordCache) {
    self.cache = cache
    rows = RowSearch(cache.reader)
    chunks = .allocate(capacity: Self.batch)
    keys = .allocate(capacity: Self.batch)
    hashes = .allocate(capacity: Self.batch)
    list = .allocate(capacity: 1)
    list.initialize(to: WordList())
    collector = .allocate(capacity: 1)
    collector.initialize(to: LineCollector())
  }

  deinit {
    chunks.deallocate()
    keys.deallocate()
    hashes.deallocate()
    list.deinitialize(count: 1)
    list.deallocate()
    collector.deinitialize(count: 1)
    collector.deallocate()
  }

  /// Splits `text`: valid UTF-8, shorter than `limit`.
  func split(_ text: UnsafeBufferPointer<UInt8>, _ wants: Wants) {
    precondition(text.count < Self.limit, "a text of \(text.count) bytes, at most \(Self.limit)")
    guard let base = text.baseAddress, !text.isEmpty else {
      begin(0)
      return
    }
    rows.begin()
    pass(base, text.count, wants, isSecond: false)
    // Rows across chunks may keep one inside a chunk from being joined: seldom, and then once more with that known.
    if rows.hasFindings { pass(base, text.count, wants, isSecond: true) }
  }

  private func begin(_ byteCount: Int) {
    (sums, stopWords) = (WordSums(), 0)
    list.pointee.begin(byteCount: byteCount)
    collector.pointee.begin()
  }

  private func pass(_ base: UnsafePointer<UInt8>, _ count: Int, _ wants: Wants, isSecond: Bool) {
    begin(count)
    switch (wants.contains(.words), wants.contains(.lines), isSecond) {
    case (true, true, false): run(base, count, keepsWords: true, keepsLines: true, isSecond: false)
    case (true, false, false):
      run(base, count, keepsWords: true, keepsLines: false, isSecond: false)
    case (false, true, false):
      run(base, count, keepsWords: false, keepsLines: true, isSecond: false)
    case (false, false, false):
      run(base, count, keepsWords: false, keepsLines: false, isSecond: false)
    default:
      run(
        base, count, keepsWords: wants.contains(.words), keepsLines: wants.contains(.lines),
        isSecond: true)
    }
  }

  @inline(__always)
  private func run(
    _ base: UnsafePointer<UInt8>, _ count: Int, keepsWords: Bool, keepsLines: Bool, isSecond: Bool
  ) {
    var (sums, stopWords) = (WordSums(), UInt8(0))
    var (at, index, before, lastEnd, lastFlags) = (0, 0, 0, 0, UInt8(0))
    let end = base + count
    while true {
      let found = cram_find_chunks(base, count, &at, chunks, Self.batch)
      for number in 0..<found {
        let start = Int(chunks[number].start)
        let key = ByteKey(base + start, count: Int(chunks[number].end) &- start, end: end)
        keys[number] = key
        hashes[number] = cache.prefetch(key)
      }
      for number in 0..<found {
        let (start, stop) = (Int(chunks[number].start), Int(chunks[number].end))
        var entry = cache.entry(keys[number], hashes[number], base + start, count: stop &- start)
        var parts = UnsafePointer(cache.words)
        let isPlain = start &- lastEnd == 1 && base[lastEnd] == 0x20
        if isSecond {
          rows.replace(&entry, &parts, at: index)
        } else {
          let flags = entry.pointee.flags
          if isPlain, lastFlags & ChunkEntry.opensRow != 0,
            flags & ChunkEntry.continuesRow != 0
          {
            rows.link(before..<lastEnd, lastFlags, start..<stop, flags, index: index)
          } else if rows.isOpen {
            rows.close(base)
          }
          lastFlags = flags
        }
        sums += entry.pointee.sums
        stopWords |= entry.pointee.stopWords
        if keepsWords {
          list.pointee.add(
            entry, parts, base + start, stop &- start, isRoomy: count &- start >= 16)
        }
        if keepsLines {
          if !isPlain { collector.pointee.addSpace(base, lastEnd, start) }
          collector.pointee.add(entry, base, start, stop)
        }
        (before, lastEnd, index) = (start, stop, index &+ 1)
      }
      if found < Self.batch { break }
    }
    if rows.isOpen { rows.close(base) }
    if keepsWords { list.pointee.finish() }
    if keepsLines { collector.pointee.finish(base, lastEnd, count) }
    (self.sums, self.stopWords) = (sums, stopWords)
  }
}
