import CTextKernels

/// What the measures need of one chunk of text and of its words: one cache line.
struct ChunkEntry {
  var key: ByteKey
  /// The hash of the first word.
  var firstWord: UInt64
  /// What is summed over a document.
  var sums: WordSums
  /// Where its words lie in the cache's list, when there are several.
  var place: UInt32
  /// How many sentences begin inside, behind a chunk that ended none, and behind one that did.
  var starts: (UInt32, UInt32)
  /// `ChunkEntry.opensRow`, ….
  var flags: UInt16
  /// A bit for each stop word.
  var stopWords: UInt8

  /// A row of words that is a special case may go on behind it.
  static let opensRow: UInt16 = 1
  /// Its first word may stand inside such a row.
  static let continuesRow: UInt16 = 2
  /// It holds such a row.
  static let holdsRow: UInt16 = 4
  /// It ends a sentence, behind a chunk that ended none, and behind one that did.
  static let endsSentence: UInt16 = 8
  static let endsSentenceAgain: UInt16 = 16

  static let free = ChunkEntry(
    key: ByteKey(low: 0, high: 0), firstWord: 0, sums: WordSums(), place: 0, starts: (0, 0),
    flags: 0, stopWords: 0)

  @inline(__always) var wordCount: Int { sums.words }
}

/// Counts of words and what is in them. Each is below 2³²: so two share a number, and adding takes three additions.
struct WordSums: Equatable {
  private var wordsAndContent: UInt64 = 0
  private var lettersAndLength: UInt64 = 0
  private var marks: UInt64 = 0

  /// All words.
  @inline(__always) var words: Int { Int(truncatingIfNeeded: wordsAndContent & 0xFFFF_FFFF) }
  /// Words with a character that is no symbol (`CRAM_SPLITTER_SYMBOL`).
  @inline(__always) var contentWords: Int { Int(truncatingIfNeeded: wordsAndContent >> 32) }
  /// Words with a letter.
  @inline(__always) var letterWords: Int { Int(truncatingIfNeeded: lettersAndLength & 0xFFFF_FFFF) }
  /// The characters of the content words.
  @inline(__always) var contentCharacters: Int { Int(truncatingIfNeeded: lettersAndLength >> 32) }
  /// How often `#` occurs.
  @inline(__always) var hashes: Int { Int(truncatingIfNeeded: marks & 0xFFFF_FFFF) }
  /// How often `...`, without overlap, and `…` occur.
  @inline(__always) var ellipses: Int { Int(truncatingIfNeeded: marks >> 32) }

  /// Counts a word.
  mutating func addWord(length: Int, hasContent: Bool, hasLetter: Bool) {
    wordsAndContent += 1 | (hasContent ? 1 << 32 : 0)
    lettersAndLength += (hasLetter ? 1 : 0) | (hasContent ? UInt64(length) << 32 : 0)
  }

  mutating func addMarks(hashes: Int, ellipses: Int) {
    marks += UInt64(hashes) | UInt64(ellipses) << 32
  }

  @inline(__always)
  static func += (left: inout WordSums, right: WordSums) {
    left.wordsAndContent &+= right.wordsAndContent
    left.lettersAndLength &+= right.lettersAndLength
    left.marks &+= right.marks
  }
}

/// One word of a chunk of several.
struct ChunkWord {
  /// Stands for the word where words are compared.
  var hash: UInt64
  /// Its bytes.
  var length: UInt32
}

/// The words of which a text has to hold two different ones.
enum StopWords {
  static let all = ["the", "be", "to", "of", "and", "that", "have", "with"]

  /// From a word to its bit.
  static func bits() -> KeyTable {
    let table = KeyTable()
    for (place, word) in all.enumerated() {
      Array(word.utf8).withUnsafeBufferPointer { table.set(ByteKey($0), 1 << UInt32(place)) }
    }
    return table
  }
}
