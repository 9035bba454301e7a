import RingProtocol
import Tokenization

/// Trains the tokenizer that the compressibility filter counts with on the corpus that it filters: the `self` mode of the paper.
///
/// It only has to tell prose from what is none; what a model learns from is trained again on what the filter kept.
public struct SelfTokenizer: Sendable {
  /// Pieces, special ones included; fewer where the text gives fewer.
  public static let vocabularySize = 32_768
  /// Bytes of text that it learns from at most: more does not change the verdicts on ordinary text.
  public static let sampleBytes = 64 << 20
  /// Characters with pieces of their own, each of which may take two: so that scripts of many characters leave room for words.
  static let alphabetLimit = 8192

  public let vocabulary: TrainedVocabulary
  /// What the report tells of it.
  let facts: JSONValue

  /// Reads the whole corpus once, and trains.
  init(
    of corpus: Corpus, seed: UInt64, threads: Int, cancellation: CancellationFlag?,
    progress: ProgressMeter?
  ) throws {
    let sample = try TextSample(
      of: corpus, limit: Self.sampleBytes, seed: seed, threads: threads, cancellation: cancellation,
      progress: progress)
    vocabulary = try Self.train(on: sample.texts)
    facts = [
      "sample_documents": .int(Int64(sample.texts.count)),
      "sample_bytes": .int(Int64(sample.byteCount)), "sample_share": .double(sample.share),
      "vocabulary_size": .int(Int64(vocabulary.size)),
    ]
  }

  private static func train(on texts: [[UInt8]]) throws -> TrainedVocabulary {
    var recipe = VocabularyRecipe(size: .atMost(vocabularySize))
    recipe.alphabetLimit = alphabetLimit
    let trainer = WordPieceTrainer(recipe)
    let counter = trainer.makeCounter()
    for text in texts { text.withUnsafeBufferPointer { counter.add($0) } }
    return try trainer.train([counter])
  }
}
