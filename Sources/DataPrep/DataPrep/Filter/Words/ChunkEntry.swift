import CTextKernels

/// What the measures need of one chunk of text and of its words: one cache line.
struct ChunkEntry {
  var key: ByteKey
  /// The hash of the first word.
  var firstWord: UInt64 = 0
  /// The hash of the second of two words; of more the place of all in the cache's list.
  var secondWord: UInt64 = 0
  /// What is summed over a document.
  var sums = WordSums()
  /// How many sentences begin inside, behind a chunk that ended none, and behind one that did; 65,535 stands for more.
  var starts: (UInt16, UInt16) = (0, 0)
  /// `ChunkEntry.opensRow`, ….
  var flags: UInt8 = 0
  /// A bit for each stop word.
  var stopWords: UInt8 = 0
  /// The bytes of the first of two words; 0 where they are too many.
  var firstLength: UInt16 = 0

  init(key: ByteKey) {
    self.key = key
  }

  /// A row of words that is a special case may go on behind it.
  static let opensRow: UInt8 = 1
  /// Its first word may stand inside such a row.
  static let continuesRow: UInt8 = 2
  /// It holds such a row.
  static let holdsRow: UInt8 = 4
  /// It ends a sentence, behind a chunk that ended none, and behind one that did.
  static let endsSentence: UInt8 = 8
  static let endsSentenceAgain: UInt8 = 16
  /// It was asked for a second time.
  static let metAgain: UInt8 = 32

  /// The entry of no chunk.
  static let free = ChunkEntry(key: ByteKey(low: 0, high: 0))

  @inline(__always) var wordCount: Int { sums.words }

  /// Whether its words lie in the cache's list, from `secondWord` on.
  @inline(__always) var isListed: Bool { wordCount > 2 || wordCount == 2 && firstLength == 0 }
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

  /// No one is longer, in bytes.
  static let longest = 4

  /// From a word to its bit.
  static func bits() -> KeyTable {
    let table = KeyTable()
    for (place, word) in all.enumerated() {
      Array(word.utf8).withUnsafeBufferPointer { table.set(ByteKey($0), 1 << UInt32(place)) }
    }
    return table
  }
}
