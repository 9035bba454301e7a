/// What becomes of the training text when it is encoded with the finished vocabulary.
struct PieceUsage {
  /// How often each id is used.
  private(set) var counts: [Int64]
  private(set) var words: Int64 = 0
  private(set) var characters: Int64 = 0
  private(set) var tokens: Int64 = 0
  private(set) var unknownWords: Int64 = 0
  private(set) var distinctUnknownWords = 0

  /// - Parameter tokenCounts: how often special tokens stand in the text.
  init(_ words: CountedWords, _ definition: TokenizerDefinition, tokenCounts: [Int: Int64]) {
    counts = Array(repeating: 0, count: definition.pieces.count)
    for (id, times) in tokenCounts {
      counts[id] += times
      tokens += times
    }
    let unknown = VocabularyRecipe.specials.firstIndex(of: definition.unknown)!
    let model = WordPieceModel(
      pieces: definition.pieces.lazy.map { ($0.content, $0.id) }, prefix: definition.prefix,
      unknown: unknown, longestWord: definition.longestWord)
    var pieces: [FoundPiece] = []
    words.forEach { word, times in
      pieces.removeAll(keepingCapacity: true)
      model.encode(word, into: &pieces)
      add(pieces, characters: word.count, times: times, unknown: unknown)
    }
  }

  private mutating func add(
    _ pieces: [FoundPiece], characters: Int, times: Int64, unknown: Int
  ) {
    for piece in pieces { counts[Int(piece.id)] += times }
    words += times
    self.characters += times * Int64(characters)
    tokens += times * Int64(pieces.count)
    guard pieces.first?.id == UInt32(unknown) else { return }
    unknownWords += times
    distinctUnknownWords += 1
  }
}
