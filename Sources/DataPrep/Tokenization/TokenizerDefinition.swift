/// A tokenizer as its file describes it, not yet ready to encode.
package struct TokenizerDefinition: Equatable, Sendable {
  /// The pieces of the model with their ids.
  package var pieces: [Piece] = []
  package var prefix = "##"
  package var unknown: String
  package var longestWord = 100
  package var normalizer: NormalizerDefinition?
  package var splitter: SplitterDefinition
  package var addedTokens: [AddedToken] = []
  package var template = Template()
  package var decoder = PieceDecoder()

  package struct Piece: Equatable, Sendable {
    package var content: String
    package var id: Int

    package init(content: String, id: Int) {
      (self.content, self.id) = (content, id)
    }
  }
}

/// How special tokens are set around one text, and around a pair of texts.
package struct Template: Equatable, Sendable {
  package enum Part: Equatable, Sendable {
    /// The first text (0) or the second (1).
    case text(Int, typeID: Int)
    case special(content: String, ids: [Int], typeID: Int)
  }

  package var single: [Part] = [.text(0, typeID: 0)]
  package var pair: [Part] = [.text(0, typeID: 0), .text(1, typeID: 0)]
}
