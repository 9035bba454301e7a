/// The pieces of a frame's sequences, column by column. A document is called by its place in the shard's table.
enum PieceBlock {
  /// - Parameter place: of a document in the shard's table.
  static func encoded(_ sequences: SequencePieces, place: (UInt64) -> UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * sequences.counts.count + 8 * sequences.pieces.count)
    for count in sequences.counts { bytes.append(variable: UInt64(count)) }
    for piece in sequences.pieces { bytes.append(variable: UInt64(piece.gap)) }
    var previous: UInt64 = 0
    for piece in sequences.pieces {
      let here = place(piece.document)
      bytes.append(variable: zigzag(Int64(bitPattern: here &- previous)))
      previous = here
    }
    for piece in sequences.pieces { bytes.append(variable: piece.offset) }
    for piece in sequences.pieces { bytes.append(variable: UInt64(piece.tokens)) }
    return bytes
  }

  /// Small numbers of either sign as small numbers.
  private static func zigzag(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: number << 1 ^ number >> 63)
  }

  private static func signed(_ number: UInt64) -> UInt64 {
    number >> 1 ^ (0 &- (number & 1))
  }

  /// The pieces of `sequences` sequences of so many tokens each, documents by their place in the table of `documents`;
  /// nil where the bytes are not those.
  static func decoded(
    _ bytes: [UInt8], sequences: Int, sequenceLength: Int, documents: UInt64
  ) -> SequencePieces? {
    bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      guard let counts = reader.variables(sequences), let total = sum(counts, upTo: raw.count),
        let gaps = reader.variables(total), let steps = reader.variables(total),
        let offsets = reader.variables(total), let tokens = reader.variables(total),
        reader.isAtEnd
      else { return nil }
      var result = SequencePieces()
      result.reserve(sequences)
      var (place, first): (UInt64, Int) = (0, 0)
      for count in counts {
        var room = UInt64(sequenceLength)
        var pieces: [DocumentPiece] = []
        for number in first..<first + Int(count) {
          place = place &+ signed(steps[number])
          let (used, overflow) = gaps[number].addingReportingOverflow(tokens[number])
          guard place < documents, !overflow, used <= room, tokens[number] > 0,
            offsets[number] < 1 << 62
          else { return nil }
          room -= used
          pieces.append(
            DocumentPiece(
              document: place, offset: offsets[number], gap: UInt32(gaps[number]),
              tokens: UInt32(tokens[number])))
        }
        result.append(pieces)
        first += Int(count)
      }
      return result
    }
  }

  private static func sum(_ counts: [UInt64], upTo limit: Int) -> Int? {
    var sum: UInt64 = 0
    for count in counts {
      sum = sum &+ count
      guard count <= UInt64(limit), sum <= UInt64(limit) else { return nil }
    }
    return Int(sum)
  }
}
