import RingProtocol

/// Joins pieces to a text.
package struct PieceDecoder: Equatable, Sendable {
  package var prefix = "##"
  /// Whether spaces before marks and inside contractions are taken back.
  package var cleansUp = true

  init() {}

  init(_ value: JSONValue) throws(DefinitionError) {
    let component = try Component(value, part: "decoder")
    guard component.type == "WordPiece" else {
      throw component.unknownType(supported: "WordPiece")
    }
    try component.allow("prefix", "cleanup")
    prefix = try component.string("prefix")
    cleansUp = try component.bool("cleanup")
  }

  var json: JSONValue {
    ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
  }

  /// The text that `pieces` stand for.
  func text(of pieces: [String]) -> String {
    var text = ""
    for (index, piece) in pieces.enumerated() {
      var part = piece
      if index > 0 {
        part = piece.hasBytePrefix(prefix) ? piece.droppingBytePrefix(prefix) : " " + piece
      }
      text += cleansUp ? Self.cleaned(part) : part
    }
    return text
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
