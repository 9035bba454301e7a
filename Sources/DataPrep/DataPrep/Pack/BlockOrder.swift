/// The order in which blocks become sequences. Of blocks that are alike the earlier comes first.
///
/// The curricula are those of *Cramming* (Geiping & Goldstein 2023, section 4.4) and its code.
public enum BlockOrder: String, Sendable, CaseIterable {
  /// A fair shuffle decided by the seed.
  case random
  /// As the documents came.
  case natural
  /// Most full stops first: the shortest sentences.
  case sentenceLength = "sentence-length"
  /// Most separators first: the shortest documents.
  case fragment
  /// Fewest characters of decoded text first: the shortest words.
  case wordLength = "word-length"
  /// Least likely first, by the mean logarithm of how often its tokens occur in all blocks of the side.
  case unigram
  /// Most likely first.
  case reverseUnigram = "reverse-unigram"
}
