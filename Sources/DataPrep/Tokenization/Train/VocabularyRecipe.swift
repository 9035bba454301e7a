/// What a new vocabulary is to be.
public struct VocabularyRecipe: Equatable, Sendable {
  /// How many pieces, special ones included.
  public enum Size: Equatable, Sendable {
    /// So many; a text that gives fewer is refused.
    case exactly(Int)
    /// So many, or what the text gives.
    case atMost(Int)

    /// How many at most.
    package var limit: Int {
      switch self {
      case .exactly(let count), .atMost(let count): count
      }
    }
  }

  /// How pieces are numbered; the special tokens always come first.
  public enum Order: String, CaseIterable, Sendable {
    /// By falling number of uses in the training text, equal ones by code points: shards become smaller.
    case frequency
    /// The alphabet, then pieces as they arose: what the reference trainer does.
    case merge
  }

  public var size: Size
  public var normalizer = NormalizerPreset.cram
  /// Pairs that occur less often are not joined.
  public var minimumFrequency = 0
  /// How many different characters get pieces of their own, the most frequent ones; nil for all.
  public var alphabetLimit: Int?
  public var order = Order.frequency

  public init(size: Size) {
    self.size = size
  }

  /// The special tokens, with ids from 0.
  public static let specials = ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
  static let unknown = "<unk>"

  /// A tokenizer with this recipe's rules and these pieces.
  func definition(pieces: [String]) -> TokenizerDefinition {
    var definition = TokenizerDefinition(unknown: Self.unknown, splitter: normalizer.splitter)
    definition.normalizer = normalizer.definition
    definition.pieces = pieces.enumerated().map { .init(content: $1, id: $0) }
    definition.addedTokens = Self.specials.enumerated().map { AddedToken(id: $0, content: $1) }
    definition.template = Self.template
    return definition
  }

  /// `A <sep>` as the model meets text in pretraining, and `<cls> A <sep> B <sep>`, as the paper has it.
  private static var template: Template {
    func special(_ content: String) -> Template.Part {
      .special(content: content, ids: [specials.firstIndex(of: content)!], typeID: 0)
    }
    var template = Template()
    template.single = [.text(0, typeID: 0), special("<sep>")]
    template.pair =
      [special("<cls>"), .text(0, typeID: 0), special("<sep>"), .text(1, typeID: 0)]
      + [special("<sep>")]
    return template
  }
}

/// Why a text gives no such vocabulary.
public enum VocabularyError: Error, Equatable, CustomStringConvertible {
  /// There are no words at all.
  case noWords
  /// Fewer pieces than asked for.
  case tooFew(asked: Int, given: Int, minimumFrequency: Int)
  /// The special tokens and the characters alone are more than asked for.
  case alphabetTooLarge(asked: Int, specials: Int, characterPieces: Int)

  public var description: String {
    switch self {
    case .noWords: "the text has no words; name documents that have some"
    case .tooFew(let asked, let given, let minimum):
      "a vocabulary of \(asked) pieces was asked for, but the text gives only \(given)"
        + (minimum > 1 ? " that occur \(minimum) times" : "")
        + "; ask for \(given) or fewer"
        + (minimum > 1 ? ", lower the minimum frequency," : "") + " or give more text"
    case .alphabetTooLarge(let asked, let specials, let characters):
      "a vocabulary of \(asked) pieces was asked for, but \(specials) special tokens and "
        + "\(characters) pieces of one character are \(specials + characters); "
        + "ask for more pieces, or limit the alphabet"
    }
  }
}
