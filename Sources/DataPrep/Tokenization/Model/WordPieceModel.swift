/// A piece found in a text: its id, and the bytes of the input that it stands for.
struct FoundPiece: Equatable {
  var id: UInt32
  var start: UInt32
  var end: UInt32
}

/// Cuts words into the pieces of a vocabulary: the longest one first, each time from where the last one ended.
struct WordPieceModel: Sendable {
  private var beginnings = PieceTrie()
  private var continuations = PieceTrie()
  let unknown: UInt32
  let longestWord: Int

  /// - Parameters:
  ///   - pieces: the pieces with their ids, in any order; those that begin with `prefix` continue a word.
  ///   - unknown: the id of a word that is no chain of pieces.
  ///   - longestWord: words of more characters are unknown.
  init(
    pieces: some Sequence<(piece: String, id: Int)>, prefix: String, unknown: Int, longestWord: Int
  ) {
    (self.unknown, self.longestWord) = (UInt32(unknown), longestWord)
    let prefix = prefix.scalarValues
    for (piece, id) in pieces {
      let scalars = piece.scalarValues
      // "##a" also matches the text "##a": with its prefix it is a beginning like any other.
      beginnings.insert(scalars, id: UInt32(id))
      guard scalars.starts(with: prefix), scalars.count > prefix.count else { continue }
      continuations.insert(scalars.dropFirst(prefix.count), id: UInt32(id))
    }
  }

  /// Appends the pieces of `word`, which is not empty.
  func encode(_ word: UnsafeBufferPointer<TracedScalar>, into pieces: inout [FoundPiece]) {
    guard word.count <= longestWord else { return appendUnknown(word, &pieces) }
    let kept = pieces.count
    var start = 0
    while start < word.count {
      let longest =
        start == 0
        ? beginnings.longest(in: word, from: 0) : continuations.longest(in: word, from: start)
      guard let (id, end) = longest else {
        pieces.removeLast(pieces.count - kept)
        return appendUnknown(word, &pieces)
      }
      pieces.append(found(id, word[start..<end]))
      start = end
    }
  }

  private func appendUnknown(
    _ word: UnsafeBufferPointer<TracedScalar>, _ pieces: inout [FoundPiece]
  ) {
    pieces.append(found(unknown, word[...]))
  }

  /// Sorting marks can put a later source before an earlier one: the span holds all of them.
  private func found(
    _ id: UInt32, _ part: Slice<UnsafeBufferPointer<TracedScalar>>
  ) -> FoundPiece {
    var piece = FoundPiece(id: id, start: .max, end: 0)
    for one in part {
      piece.start = min(piece.start, one.start)
      piece.end = max(piece.end, one.end)
    }
    return piece
  }
}
