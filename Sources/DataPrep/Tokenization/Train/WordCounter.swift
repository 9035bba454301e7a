import CTextKernels

/// Counts the words of texts, as the finished tokenizer will cut them. One for each thread.
///
/// Memory grows with the number of distinct words, about 100 bytes each. ASCII text goes the encoder's fast way to its words; for the
/// rest a table of the chunks met last saves most of the cutting.
public final class WordCounter {
  private struct Entry {
    var key: ChunkKey
    var count: Int64
  }

  private static let bits = 15

  let pipeline: Pipeline
  private(set) var words = ByteStringTable()
  private(set) var counts: [Int64] = []
  /// How often each special token stands in the texts.
  var tokenCounts: [Int: Int64] = [:]
  private var scratch = Pipeline.Scratch()
  private var bytes: [UInt8] = []
  private let pending: UnsafeMutablePointer<Entry>
  /// For ASCII text; nil where the recipe has no fast way.
  private let fast: FastCounter?

  init(_ recipe: VocabularyRecipe) throws(DefinitionError) {
    let definition = recipe.definition(pieces: [])
    pipeline = Pipeline(
      steps: try definition.normalizer?.steps() ?? [], splitter: definition.splitter,
      model: WordPieceModel(
        pieces: EmptyCollection<(piece: String, id: Int)>(), prefix: definition.prefix, unknown: 0,
        longestWord: 0),
      addedTokens: definition.addedTokens)
    fast = FastRules(
      pipeline, pieces: EmptyCollection<(piece: String, id: Int)>(), prefix: definition.prefix,
      highestID: 0
    ).map { FastCounter($0) }
    pending = .allocate(capacity: 1 << Self.bits)
    pending.initialize(repeating: Entry(key: .free, count: 0), count: 1 << Self.bits)
  }

  deinit { pending.deallocate() }

  /// Counts the words of `utf8`.
  public func add(_ utf8: UnsafeBufferPointer<UInt8>) {
    if let fast { fast.count(utf8, rest: self) } else { addRest(utf8) }
  }

  /// The obvious way, but for the parts that were met before.
  fileprivate func addRest(_ utf8: UnsafeBufferPointer<UInt8>) {
    guard pipeline.isLocal else { return addWords(of: utf8, times: 1) }
    forEachChunk(of: utf8) { chunk, end in
      guard chunk.count <= ChunkKey.longest else { return addWords(of: chunk, times: 1) }
      let key = ChunkKey(chunk.baseAddress!, count: chunk.count, end: end)
      let entry = pending + key.slot(bits: Self.bits)
      if entry.pointee.key != key {
        settle(entry)
        entry.pointee.key = key
      }
      entry.pointee.count += 1
    }
  }

  /// Counts the words of `text`.
  public func add(_ text: String) {
    var text = text
    text.withUTF8 { add($0) }
  }

  /// Adds what `other` has counted.
  func merge(_ other: WordCounter) {
    settleAll()
    other.settleAll()
    for number in 0..<other.words.count {
      other.words.withBytes(of: number) { count($0, times: other.counts[number]) }
    }
    for (id, times) in other.tokenCounts { tokenCounts[id, default: 0] += times }
  }

  /// Brings all counts to their words.
  func settleAll() {
    fast?.handOver(to: self)
    for slot in 0..<1 << Self.bits { settle(pending + slot) }
  }

  private func settle(_ entry: UnsafeMutablePointer<Entry>) {
    guard entry.pointee.count > 0 else { return }
    let times = entry.pointee.count
    entry.pointee.count = 0
    entry.pointee.key.withBytes { addWords(of: $0, times: times) }
  }

  private func addWords(of utf8: UnsafeBufferPointer<UInt8>, times: Int64) {
    pipeline.forEachPart(of: utf8, &scratch) { part in
      switch part {
      case .token(let piece): tokenCounts[Int(piece.id), default: 0] += times
      case .word(let word):
        bytes.removeAll(keepingCapacity: true)
        for one in word { bytes.append(contentsOf: UTF8.encode(Unicode.Scalar(one.scalar)!)!) }
        bytes.withUnsafeBufferPointer { count($0, times: times) }
      }
    }
  }

  func count(_ word: UnsafeBufferPointer<UInt8>, times: Int64) {
    let number = words.insert(word)
    if number == counts.count { counts.append(0) }
    counts[number] += times
  }
}

/// The fast way of one thread's counting.
private final class FastCounter {
  private let rules: FastRules
  private let table: OpaquePointer

  init(_ rules: FastRules) {
    self.rules = rules
    guard let table = cram_word_counter_make() else { fatalError("no memory for a table of words") }
    self.table = table
  }

  deinit { cram_word_counter_free(table) }

  /// Counts the words of `utf8`; `counter` counts what is not for the fast way.
  func count(_ utf8: UnsafeBufferPointer<UInt8>, rest counter: WordCounter) {
    guard let start = utf8.baseAddress else { return }
    cram_count_words(
      table, rules.pointer, cram_byte_scanner_best(), start, utf8.count,
      { context, part, count in
        let counter = Unmanaged<WordCounter>.fromOpaque(context!).takeUnretainedValue()
        counter.addRest(UnsafeBufferPointer(start: part, count: count))
      }, Unmanaged.passUnretained(counter).toOpaque())
  }

  /// Gives all counts to `counter`.
  func handOver(to counter: WordCounter) {
    cram_word_counter_take(
      table,
      { context, word, length, times in
        let counter = Unmanaged<WordCounter>.fromOpaque(context!).takeUnretainedValue()
        counter.count(UnsafeBufferPointer(start: word, count: length), times: Int64(times))
      }, Unmanaged.passUnretained(counter).toOpaque())
  }
}

extension ChunkKey {
  /// The bytes of the key.
  fileprivate func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    withUnsafeBytes(of: words) { raw in
      body(UnsafeBufferPointer(rebasing: raw.assumingMemoryBound(to: UInt8.self)[..<Int(count)]))
    }
  }
}
