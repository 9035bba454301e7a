import RingProtocol

/// Makes a WordPiece vocabulary from texts.
///
/// Count the words of the texts with a counter for each thread, in any order; then `train`. The result depends only on the recipe and the texts.
public struct WordPieceTrainer: Sendable {
  public let recipe: VocabularyRecipe

  public init(_ recipe: VocabularyRecipe) {
    self.recipe = recipe
  }

  /// A counter for one thread.
  public func makeCounter() -> WordCounter {
    do { return try WordCounter(recipe) } catch {
      preconditionFailure(
        "the normalizer \(recipe.normalizer.rawValue) is not understood: \(error)")
    }
  }

  /// The vocabulary of all that `counters` counted; it takes what they hold.
  ///
  /// About a second for each million distinct words, plus one for each ten thousand pieces.
  ///
  /// - Parameters:
  ///   - progress: counts the pieces.
  ///   - cancellation: looked at now and then; a set flag ends the call with `Interrupted`.
  /// - Throws: `VocabularyError` where the text does not give what the recipe asks for.
  public func train(
    _ counters: [WordCounter], progress: ProgressMeter? = nil,
    cancellation: CancellationFlag? = nil
  ) throws -> TrainedVocabulary {
    let counter = sum(of: counters)
    let words = CountedWords(counter)
    guard words.count > 0 else { throw VocabularyError.noWords }
    let alphabet = Alphabet(words, limit: recipe.alphabetLimit)
    let pieces = try learn(words, alphabet, progress, cancellation)
    let usage = PieceUsage(
      words, recipe.definition(pieces: pieces), tokenCounts: counter.tokenCounts)
    let order =
      switch recipe.order {
      case .merge: Array(pieces.indices)
      case .frequency: Self.byFrequency(pieces, usage.counts)
      }
    return TrainedVocabulary(
      definition: recipe.definition(pieces: order.map { pieces[$0] }),
      counts: order.map { usage.counts[$0] }, distinctWords: words.count,
      alphabet: alphabet.scalars.count, usage: usage)
  }

  /// One counter of all that `counters` counted; it takes what they hold.
  package func sum(of counters: [WordCounter]) -> WordCounter {
    guard
      let largest = counters.indices.max(by: { counters[$0].words.count < counters[$1].words.count }
      )
    else { return makeCounter() }
    for (index, counter) in counters.enumerated() where index != largest {
      counters[largest].merge(counter)
    }
    return counters[largest]
  }

  private func learn(
    _ words: CountedWords, _ alphabet: Alphabet, _ progress: ProgressMeter?,
    _ cancellation: CancellationFlag?
  ) throws -> [String] {
    let specials = VocabularyRecipe.specials
    var learner = PieceLearner(
      words, alphabet: alphabet, specials: specials, prefix: recipe.definition(pieces: []).prefix)
    let limit = recipe.size.limit
    guard learner.pieces.count <= limit else {
      throw VocabularyError.alphabetTooLarge(
        asked: limit, specials: specials.count,
        characterPieces: learner.pieces.count - specials.count)
    }
    try learner.learn(limit: limit, minimumFrequency: recipe.minimumFrequency) { pieceCount in
      try cancellation?.check()
      if let progress { progress.advance(by: UInt64(pieceCount) - progress.count) }
    }
    if case .exactly(let asked) = recipe.size, learner.pieces.count < asked {
      throw VocabularyError.tooFew(
        asked: asked, given: learner.pieces.count, minimumFrequency: recipe.minimumFrequency)
    }
    return learner.pieces
  }

  /// Special tokens first, then by falling count, then by code points.
  private static func byFrequency(_ pieces: [String], _ counts: [Int64]) -> [Int] {
    let specials = VocabularyRecipe.specials.count
    let rest = (specials..<pieces.count).sorted { left, right in
      counts[left] != counts[right]
        ? counts[left] > counts[right]
        : pieces[left].utf8.lexicographicallyPrecedes(pieces[right].utf8)
    }
    return Array(0..<specials) + rest
  }
}
