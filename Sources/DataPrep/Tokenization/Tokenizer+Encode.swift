/// A piece of a text and where it comes from.
public struct TokenSpan: Equatable, Sendable {
  /// The piece, or the added token.
  public var piece: String
  public var id: Int
  /// Byte offset in the UTF-8 of the text where its source begins.
  public var start: Int
  /// Byte offset behind its source.
  public var end: Int
}

extension Tokenizer {
  /// The pieces of `text` with their places, without the template's special tokens.
  ///
  /// Spans begin and end between characters. Pieces that come from one character share its span. O(length).
  public func spans(of text: String) -> [TokenSpan] {
    found(in: text).map { piece in
      TokenSpan(
        piece: self.piece(Int(piece.id)), id: Int(piece.id), start: Int(piece.start),
        end: Int(piece.end))
    }
  }

  /// The ids of `text` with the special tokens that the tokenizer's template sets around a single text.
  public func encodeWithSpecials(_ text: String) -> [Int] {
    let ids = found(in: text).map { Int($0.id) }
    return definition.template.single.flatMap { part in
      switch part {
      case .text: ids
      case .special(_, let special, _): special
      }
    }
  }

  /// The ids of a pair of texts with the special tokens of the template.
  public func encodeWithSpecials(_ text: String, _ second: String) -> [Int] {
    let texts = [text, second].map { found(in: $0).map { Int($0.id) } }
    return definition.template.pair.flatMap { part in
      switch part {
      case .text(let number, _): texts[number]
      case .special(_, let special, _): special
      }
    }
  }

  private func found(in text: String) -> [FoundPiece] {
    var scratch = Pipeline.Scratch()
    var text = text
    text.withUTF8 { pipeline.encode($0, &scratch) }
    return scratch.pieces
  }
}
