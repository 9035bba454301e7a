import CTextKernels

/// Makes the entry of a chunk that is not in the cache: splits it, joins special cases, and looks at each word.
final class ChunkReader {
  /// The words of the chunk read last.
  let words = GrowingList<ChunkWord>()
  let splitter = ChunkSplitter()
  let sequences: CaseSequences
  private let stopWords = StopWords.bits()
  private let keys = GrowingList<ByteKey>()
  private let codes = GrowingList<CaseSequences.Code>()

  init() {
    sequences = CaseSequences(splitter)
  }

  /// The entry of `chunk`, with its words in `words`.
  func read(_ chunk: UnsafeBufferPointer<UInt8>, key: ByteKey) -> ChunkEntry {
    var entry = ChunkEntry(key: key)
    splitter.split(chunk)
    findKeys()
    if findCodes() { joinCases(&entry) }
    describe(&entry)
    return entry
  }

  /// The entry of `chunk` when the rows `chosen`, counted in its split words, are the ones to be joined.
  func read(_ chunk: UnsafeBufferPointer<UInt8>, key: ByteKey, joining chosen: [Range<Int>])
    -> ChunkEntry
  {
    var entry = ChunkEntry(key: key)
    splitter.split(chunk)
    join(chosen)
    findKeys()
    describe(&entry)
    return entry
  }

  /// The codes of a chunk's words as they are split, before special cases are joined.
  func codes(of chunk: UnsafeBufferPointer<UInt8>) -> [CaseSequences.Code] {
    splitter.split(chunk)
    findKeys()
    _ = findCodes()
    return codes.array
  }

  private func findKeys() {
    keys.removeAll()
    var start = 0
    for number in 0..<splitter.wordEnds.count {
      let end = splitter.wordEnds[number]
      keys.append(splitter.characters.key(start, end))
      start = end
    }
  }

  /// Whether one of the words has a code; leaves them in `codes`.
  private func findCodes() -> Bool {
    codes.removeAll()
    var any: CaseSequences.Code = 0
    for number in 0..<keys.count {
      let code = sequences.code(of: keys[number])
      codes.append(code)
      any |= code
    }
    return any != 0
  }

  private func joinCases(_ entry: inout ChunkEntry) {
    let codes = codes.array
    if sequences.mayGoOn(codes) { entry.flags |= ChunkEntry.opensRow }
    if sequences.mayStandInside(codes[0]) { entry.flags |= ChunkEntry.continuesRow }
    let rows = sequences.rows(in: codes)
    guard !rows.isEmpty else { return }
    entry.flags |= ChunkEntry.holdsRow
    join(sequences.chosen(of: rows))
    findKeys()
  }

  /// Makes each of `rows` the words of its special case.
  private func join(_ rows: [Range<Int>]) {
    guard !rows.isEmpty else { return }
    let ends = splitter.wordEnds.array
    splitter.wordEnds.removeAll()
    var place = 0
    for row in rows {
      for end in ends[place..<row.lowerBound] { splitter.wordEnds.append(end) }
      let start = row.lowerBound == 0 ? 0 : ends[row.lowerBound - 1]
      for end in splitter.caseEnds(start, ends[row.upperBound - 1])! {
        splitter.wordEnds.append(start + end)
      }
      place = row.upperBound
    }
    for end in ends[place...] { splitter.wordEnds.append(end) }
  }

  // MARK: Words

  private func describe(_ entry: inout ChunkEntry) {
    words.removeAll()
    var sentences = (SentenceState(hasEnded: false), SentenceState(hasEnded: true))
    var (start, place) = (0, 0)
    for number in 0..<keys.count {
      let (key, end) = (keys[number], splitter.wordEnds[number])
      words.append(ChunkWord(hash: key.hash, length: UInt32(end - start)))
      let kind = look(from: &place, to: end, in: &entry)
      sentences.0.add(kind)
      sentences.1.add(kind)
      if end - start <= StopWords.longest, let bit = stopWords.value(of: key) {
        entry.stopWords |= UInt8(bit)
      }
      start = end
    }
    entry.firstWord = words[0].hash
    if words.count == 2, words[0].length <= 0xFFFF {
      (entry.secondWord, entry.firstLength) = (words[1].hash, UInt16(words[0].length))
    }
    entry.starts = (UInt16(clamping: sentences.0.starts), UInt16(clamping: sentences.1.starts))
    entry.flags |= sentences.0.hasEnded ? ChunkEntry.endsSentence : 0
    entry.flags |= sentences.1.hasEnded ? ChunkEntry.endsSentenceAgain : 0
    if splitter.characters.hasMarks { countMarks(&entry) }
  }

  /// Counts the word that begins at the character `place` and ends at the byte `end`; moves `place` behind it.
  private func look(from place: inout Int, to end: Int, in entry: inout ChunkEntry)
    -> SentenceState.Word
  {
    let characters = splitter.characters
    let first = place
    var (all, any): (UInt16, UInt16) = (.max, 0)
    while place < characters.count, Int(characters.offsets[place]) < end {
      all &= characters.flags[place]
      any |= characters.flags[place]
      place += 1
    }
    entry.sums.addWord(
      length: place - first, hasContent: Int(all) & CRAM_SPLITTER_SYMBOL == 0,
      hasLetter: Int(any) & CRAM_SPLITTER_LETTER != 0)
    if place - first == 1, Int(all) & CRAM_SPLITTER_SENTENCE_END != 0 { return .end }
    return Int(all) & CRAM_SPLITTER_PUNCTUATION != 0 ? .punctuation : .other
  }

  private func countMarks(_ entry: inout ChunkEntry) {
    let characters = splitter.characters
    var (hashes, ellipses, periods) = (0, 0, 0)
    for place in 0..<characters.count {
      let character = characters.scalars[place]
      periods = character == scalar(".") ? periods + 1 : 0
      if periods == 3 { (ellipses, periods) = (ellipses + 1, 0) }
      if character == scalar("…") { ellipses += 1 }
      if character == scalar("#") { hashes += 1 }
    }
    entry.sums.addMarks(hashes: hashes, ellipses: ellipses)
  }
}

/// Counts the sentences that begin: the first word behind an end mark that is neither an end mark nor punctuation.
struct SentenceState {
  enum Word { case end, punctuation, other }

  var hasEnded: Bool
  var starts: UInt32 = 0

  init(hasEnded: Bool) {
    self.hasEnded = hasEnded
  }

  mutating func add(_ word: Word) {
    switch word {
    case .end: hasEnded = true
    case .punctuation: break
    case .other:
      if hasEnded { starts += 1 }
      hasEnded = false
    }
  }
}
