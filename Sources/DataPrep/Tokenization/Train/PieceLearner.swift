/// Learns pieces from counted words: begins with characters and joins the most frequent pair, again and again.
///
/// The algorithm of the reference trainer (byte-pair merges with continuation marks, not Google's likelihood score), made deterministic:
/// characters that continue a word are numbered by code point, and counts have 64 bits. Of equally frequent pairs the one with the smaller
/// ids is joined. Like the reference it keeps the count of a joined pair, so that one that arises anew is joined at once.
///
/// Time is in proportion to the symbols of all distinct words plus the changes; memory about 12 bytes a symbol.
struct PieceLearner {
  /// The pieces by id: special tokens, the alphabet, what was joined.
  private(set) var pieces: [String]
  private let prefix: String
  private var known = ByteStringTable()
  /// The words' symbols, one word after the other; each has room for its first length.
  private var symbols: [UInt32] = []
  private var starts: [Int] = []
  private var lengths: [Int32] = []
  private var counts: [Int64] = []
  private var pairs = PairTable()
  private var queue = PairQueue()
  /// The words in which a queued pair was found, by the queue's list number.
  private var lists: [[UInt32]] = []
  private var freeLists: [Int] = []
  /// Pairs that got a list in the current step.
  private var touched: [SymbolPair] = []

  init(_ words: CountedWords, alphabet: Alphabet, specials: [String], prefix: String) {
    self.prefix = prefix
    pieces = []
    for piece in specials + alphabet.pieces(prefix: prefix) { _ = add(piece) }
    words.forEach { word, times in
      append(word, times: times, alphabet, firstID: specials.count)
    }
    for word in starts.indices { gatherPairs(of: word) }
    queueTouched()
  }

  /// Joins pairs until there are `limit` pieces, or no pair occurs `minimumFrequency` times (and at least once).
  ///
  /// - Parameter onStep: called with the number of pieces now and then; it may throw to end the work.
  mutating func learn(
    limit: Int, minimumFrequency: Int, onStep: (Int) throws -> Void
  ) rethrows {
    try onStep(pieces.count)
    while pieces.count < limit, let top = queue.pop() {
      let count = pairs[top.pair].count
      guard top.count == count else {
        queue.push(PairQueue.Entry(count: count, pair: top.pair, list: top.list))
        continue
      }
      guard count >= max(1, Int64(minimumFrequency)) else { return }
      join(top)
      if pieces.count % 64 == 0 { try onStep(pieces.count) }
    }
    try onStep(pieces.count)
  }

  private mutating func join(_ entry: PairQueue.Entry) {
    let id = add(pieces[Int(entry.pair.left)] + withoutPrefix(pieces[Int(entry.pair.right)]))
    let words = lists[entry.list]
    lists[entry.list] = []
    freeLists.append(entry.list)
    for word in words { join(entry.pair, as: id, in: Int(word)) }
    queueTouched()
  }

  private func withoutPrefix(_ piece: String) -> String {
    piece.hasBytePrefix(prefix) ? piece.droppingBytePrefix(prefix) : piece
  }

  /// The id of `piece`, a new one if it has none yet.
  private mutating func add(_ piece: String) -> UInt32 {
    var piece = piece
    let id = piece.withUTF8 { known.insert($0) }
    if id == pieces.count { pieces.append(piece) }
    return UInt32(id)
  }

  private mutating func append(
    _ word: UnsafeBufferPointer<TracedScalar>, times: Int64, _ alphabet: Alphabet, firstID: Int
  ) {
    starts.append(symbols.count)
    for (place, one) in word.enumerated() {
      guard let rank = alphabet.rank(of: one.scalar, isFirst: place == 0) else { continue }
      symbols.append(UInt32(firstID + rank))
    }
    lengths.append(Int32(symbols.count - starts.last!))
    counts.append(times)
  }

  private mutating func gatherPairs(of word: Int) {
    let end = starts[word] + Int(lengths[word])
    var place = starts[word]
    while place + 1 < end {
      gain(SymbolPair(symbols[place], symbols[place + 1]), in: word)
      place += 1
    }
  }

  /// Replaces the pair in one word, from left to right, and tells the counts of its neighbours.
  private mutating func join(_ pair: SymbolPair, as id: UInt32, in word: Int) {
    let start = starts[word]
    let end = start + Int(lengths[word])
    var (read, write) = (start, start)
    while read < end {
      guard read + 1 < end, symbols[read] == pair.left, symbols[read + 1] == pair.right else {
        symbols[write] = symbols[read]
        (read, write) = (read + 1, write + 1)
        continue
      }
      if write > start {
        pairs[SymbolPair(symbols[write - 1], pair.left)].count -= counts[word]
        gain(SymbolPair(symbols[write - 1], id), in: word)
      }
      if read + 2 < end {
        pairs[SymbolPair(pair.right, symbols[read + 2])].count -= counts[word]
        gain(SymbolPair(id, symbols[read + 2]), in: word)
      }
      symbols[write] = id
      (read, write) = (read + 2, write + 1)
    }
    lengths[word] = Int32(write - start)
  }

  /// One more of `pair` in `word`.
  private mutating func gain(_ pair: SymbolPair, in word: Int) {
    var value = pairs[pair]
    value.count += counts[word]
    if value.list < 0 {
      value.list = Int32(newList())
      touched.append(pair)
    }
    pairs[pair] = value
    let list = Int(value.list)
    if lists[list].last != UInt32(word) { lists[list].append(UInt32(word)) }
  }

  private mutating func newList() -> Int {
    if let free = freeLists.popLast() { return free }
    lists.append([])
    return lists.count - 1
  }

  /// Puts what the step gathered into the queue.
  private mutating func queueTouched() {
    for pair in touched {
      let value = pairs[pair]
      pairs[pair].list = -1
      if value.count > 0 {
        queue.push(PairQueue.Entry(count: value.count, pair: pair, list: Int(value.list)))
      } else {
        lists[Int(value.list)] = []
        freeLists.append(Int(value.list))
      }
    }
    touched.removeAll(keepingCapacity: true)
  }
}
