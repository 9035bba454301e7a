import RingProtocol

/// Joins pieces to a text.
package struct PieceDecoder: Equatable, Sendable {
  package var prefix = "##"
  /// Whether spaces before marks and inside contractions are taken back.
  package var cleansUp = true
  /// Without it pieces are joined by spaces, as they are.
  package var joinsPieces = true

  init() {}

  /// - Parameter value: nil where the file has no decoder.
  init(_ value: JSONValue?) throws(DefinitionError) {
    guard let value else {
      joinsPieces = false
      return
    }
    let component = try Component(value, part: "decoder")
    guard component.type == "WordPiece" else {
      throw component.unknownType(supported: "WordPiece")
    }
    try component.allow("prefix", "cleanup")
    prefix = try component.string("prefix")
    cleansUp = try component.bool("cleanup")
  }

  var json: JSONValue {
    joinsPieces
      ? ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)] : .null
  }

  /// The text that `pieces` stand for.
  func text(of pieces: [String]) -> String {
    pieces.enumerated().map { part(of: $1, isFirst: $0 == 0) }.joined()
  }

  /// What `piece` adds to a text, at its beginning or behind another piece.
  fileprivate func part(of piece: String, isFirst: Bool) -> String {
    guard joinsPieces else { return isFirst ? piece : " " + piece }
    let part =
      isFirst || piece.isEmpty
      ? piece : piece.hasBytePrefix(prefix) ? piece.droppingBytePrefix(prefix) : " " + piece
    return cleansUp ? Self.cleaned(part) : part
  }

  /// Piece by piece, in this order, as the reference does.
  private static let replacements = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  private static func cleaned(_ part: String) -> String {
    guard part.utf8.contains(0x20) else { return part }
    return replacements.reduce(part) { $0.replacingBytes($1.0, by: $1.1) }
  }
}

extension Tokenizer {
  /// The text of `ids`; ids of no piece are passed over.
  ///
  /// - Parameter skippingSpecials: whether special tokens are left out.
  public func decode(_ ids: [Int], skippingSpecials: Bool = false) -> String {
    let skipped = skippingSpecials ? Set(specials.map(\.id)) : []
    let pieces = ids.lazy.filter { !skipped.contains($0) }.map { self.piece($0) }
    return definition.decoder.text(of: pieces.filter { !$0.isEmpty })
  }
}

extension Tokenizer {
  /// For each id the characters that it adds to a decoded text: at its beginning, and behind others. O(vocabulary).
  public func decodedLengths() -> (first: [UInt32], following: [UInt32]) {
    func lengths(isFirst: Bool) -> [UInt32] {
      (0..<vocabularySize).map { id in
        let part = definition.decoder.part(of: piece(id), isFirst: isFirst)
        return UInt32(part.unicodeScalars.count)
      }
    }
    return (lengths(isFirst: true), lengths(isFirst: false))
  }
}

/// Byte for byte: `String`'s own search takes an accent and its letter for one.
extension String {
  func hasBytePrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

  func droppingBytePrefix(_ prefix: String) -> String {
    String(Substring(utf8.dropFirst(prefix.utf8.count)))
  }

  func replacingBytes(_ pattern: String, by content: String) -> String {
    let (text, pattern) = (Array(utf8), Array(pattern.utf8))
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
      if text[position...].starts(with: pattern) {
        result += content.utf8
        position += pattern.count
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
