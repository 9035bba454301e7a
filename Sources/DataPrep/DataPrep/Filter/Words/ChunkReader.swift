import CTextKernels

/// Makes the entry of a chunk that is not in the cache: splits it, joins special cases, and looks at each word.
final class ChunkReader {
  /// The words of the chunk read last.
  private(set) var words: [ChunkWord] = []
  let splitter = ChunkSplitter()
  let sequences: CaseSequences
  private let stopWords = StopWords.bits()
  private var codes: [CaseSequences.Code] = []

  init() {
    sequences = CaseSequences(splitter)
  }

  /// The entry of `chunk`, with its words in `words`.
  func read(_ chunk: UnsafeBufferPointer<UInt8>, key: ByteKey) -> ChunkEntry {
    splitter.split(chunk)
    let found = wordCodes(in: chunk)
    var entry = ChunkEntry.free
    entry.key = key
    entry.flags = rowFlags()
    let ends =
      found ? joined(splitter.wordEnds, sequences.chosenRows(in: codes), chunk) : splitter.wordEnds
    describe(ends, of: chunk, in: &entry)
    return entry
  }

  /// The entry of `chunk` when the rows `chosen`, counted in its split words, are the ones to be joined.
  func read(_ chunk: UnsafeBufferPointer<UInt8>, key: ByteKey, joining chosen: [Range<Int>])
    -> ChunkEntry
  {
    splitter.split(chunk)
    var entry = ChunkEntry.free
    entry.key = key
    describe(joined(splitter.wordEnds, chosen, chunk), of: chunk, in: &entry)
    return entry
  }

  /// The codes of a chunk's words as they are split, before special cases are joined.
  func codes(of chunk: UnsafeBufferPointer<UInt8>) -> [CaseSequences.Code] {
    splitter.split(chunk)
    _ = wordCodes(in: chunk)
    return codes
  }

  private func wordCodes(in chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    codes.removeAll(keepingCapacity: true)
    var (start, any) = (0, false)
    for end in splitter.wordEnds {
      let code =
        end - start > SpecialCases.english.longest
        ? 0 : sequences.code(of: ByteKey(UnsafeBufferPointer(rebasing: chunk[start..<end])))
      codes.append(code)
      any = any || code != 0
      start = end
    }
    return any
  }

  private func rowFlags() -> UInt16 {
    guard codes.contains(where: { $0 != 0 }) else { return 0 }
    return (sequences.mayGoOn(codes) ? ChunkEntry.opensRow : 0)
      | (sequences.mayStandInside(codes[0]) ? ChunkEntry.continuesRow : 0)
      | (sequences.rows(in: codes).isEmpty ? 0 : ChunkEntry.holdsRow)
  }

  /// The ends of the words when each of `rows` has become the words of its special case.
  private func joined(_ ends: [Int], _ rows: [Range<Int>], _ chunk: UnsafeBufferPointer<UInt8>)
    -> [Int]
  {
    var (result, place): ([Int], Int) = ([], 0)
    for row in rows {
      result += ends[place..<row.lowerBound]
      let start = row.lowerBound == 0 ? 0 : ends[row.lowerBound - 1]
      let text = UnsafeBufferPointer(rebasing: chunk[start..<ends[row.upperBound - 1]])
      result += SpecialCases.english.wordEnds(of: text)!.map { start + $0 }
      place = row.upperBound
    }
    return result + ends[place...]
  }

  // MARK: Words

  private func describe(
    _ ends: [Int], of chunk: UnsafeBufferPointer<UInt8>, in entry: inout ChunkEntry
  ) {
    words.removeAll(keepingCapacity: true)
    var sentences = (SentenceState(hasEnded: false), SentenceState(hasEnded: true))
    var (start, place) = (0, 0)
    for end in ends {
      let key = ByteKey(UnsafeBufferPointer(rebasing: chunk[start..<end]))
      words.append(ChunkWord(hash: key.hash, length: UInt32(end - start)))
      let kind = look(from: &place, to: end, in: &entry)
      sentences.0.add(kind)
      sentences.1.add(kind)
      entry.stopWords |= UInt8(stopWords.value(of: key) ?? 0)
      start = end
    }
    entry.firstWord = words[0].hash
    entry.starts = (sentences.0.starts, sentences.1.starts)
    entry.flags |= sentences.0.hasEnded ? ChunkEntry.endsSentence : 0
    entry.flags |= sentences.1.hasEnded ? ChunkEntry.endsSentenceAgain : 0
    countMarks(of: chunk, in: &entry)
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

  private func countMarks(of chunk: UnsafeBufferPointer<UInt8>, in entry: inout ChunkEntry) {
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
