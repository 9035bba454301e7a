import RingProtocol
import Testing
import Tokenization

@Suite struct VocabularyTests {
  private func trained(
    _ recipe: VocabularyRecipe, _ texts: [String], counters count: Int = 1
  ) throws -> TrainedVocabulary {
    let trainer = WordPieceTrainer(recipe)
    let counters = (0..<count).map { _ in trainer.makeCounter() }
    for (number, text) in texts.enumerated() { counters[number % count].add(text) }
    return try trainer.train(counters)
  }

  private func golden(_ preset: NormalizerPreset) -> VocabularyRecipe {
    var recipe = VocabularyRecipe(size: .exactly(preset.goldenSize))
    recipe.normalizer = preset
    return recipe
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `the same text gives the same bytes, whoever counted its words`(
    preset: NormalizerPreset
  ) throws {
    let expected = String(
      decoding: try InputFile.bytes(of: GoldenTokenizer(preset).path), as: UTF8.self)
    let texts = try GoldenTokenizer.paragraphs()
    for (counters, order) in [(1, texts), (3, texts.reversed()), (8, texts + [""])] {
      let files = try trained(golden(preset), order, counters: counters).files
      #expect(files[0].content == expected)
    }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `pieces arise as in the reference trainer, one after the other`(
    preset: NormalizerPreset
  ) throws {
    let file = try JSONValue.read("\(GoldenTokenizer.folder)/pieces.json")
    let theirs = try #require(file[preset.rawValue]?.array?.compactMap { $0.string })
    var recipe = golden(preset)
    recipe.order = .merge
    let tokenizer = try trained(recipe, try GoldenTokenizer.paragraphs()).tokenizer()
    #expect(theirs.count == preset.goldenSize)
    #expect(theirs == theirs.indices.map(tokenizer.piece))
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `ids fall in the number of their uses, and then by code points`(
    preset: NormalizerPreset
  ) throws {
    let texts = try GoldenTokenizer.paragraphs()
    let vocabulary = try trained(golden(preset), texts)
    let tokenizer = try vocabulary.tokenizer()
    var counts = [Int64](repeating: 0, count: tokenizer.vocabularySize)
    let encoder = tokenizer.makeEncoder()
    for text in texts { for id in encoder.encode(text) { counts[id] += 1 } }
    #expect(counts == vocabulary.counts)
    #expect(counts.reduce(0, +) == vocabulary.tokens)
    for id in 6..<tokenizer.vocabularySize {
      #expect(counts[id] <= counts[id - 1])
      guard counts[id] == counts[id - 1] else { continue }
      let pair = (tokenizer.piece(id - 1), tokenizer.piece(id))
      #expect(pair.0.utf8.lexicographicallyPrecedes(pair.1.utf8))
    }
  }

  @Test func `merge order is the alphabet, its continuations, then what was joined`() throws {
    var recipe = VocabularyRecipe(size: .exactly(13))
    recipe.order = .merge
    let vocabulary = try trained(recipe, ["abc abc ab cb"])
    let tokenizer = try vocabulary.tokenizer()
    let pieces = (0..<13).map(tokenizer.piece)
    // ab stands 3 times, then abc (ab and ##c) 2 times, then cb once.
    #expect(pieces[5...] == ["a", "b", "c", "##b", "##c", "ab", "abc", "cb"])
  }

  @Test func `overlapping pairs are counted and joined as in the reference`() throws {
    var recipe = VocabularyRecipe(size: .atMost(100))
    recipe.order = .merge
    let tokenizer = try trained(recipe, ["aaaa aaaa aaaaaaa"]).tokenizer()
    let pieces = (5..<tokenizer.vocabularySize).map(tokenizer.piece)
    #expect(pieces.contains("aaaa") && pieces.contains("aaaaaaa"))
  }

  @Test func `a size out of reach is refused with what the text gives`() throws {
    let texts = ["to be or not to be"]
    let most = try trained(VocabularyRecipe(size: .atMost(1000)), texts)
    #expect(throws: VocabularyError.tooFew(asked: 1000, given: most.size, minimumFrequency: 0)) {
      try trained(VocabularyRecipe(size: .exactly(1000)), texts)
    }
    #expect(try trained(VocabularyRecipe(size: .exactly(most.size)), texts).size == most.size)
    #expect(throws: VocabularyError.alphabetTooLarge(asked: 8, specials: 5, characterPieces: 10)) {
      try trained(VocabularyRecipe(size: .exactly(8)), texts)
    }
    #expect(throws: VocabularyError.noWords) {
      try trained(VocabularyRecipe(size: .atMost(100)), [" \n"])
    }
  }

  @Test func `rare pairs are not joined`() throws {
    var recipe = VocabularyRecipe(size: .atMost(1000))
    recipe.minimumFrequency = 3
    let tokenizer = try trained(recipe, ["abab abab ab xy xy"]).tokenizer()
    #expect(tokenizer.id(of: "ab") != nil)
    #expect(tokenizer.id(of: "xy") == nil && tokenizer.id(of: "abab") == nil)
  }

  @Test func `a limited alphabet keeps the most frequent characters`() throws {
    var recipe = VocabularyRecipe(size: .atMost(1000))
    recipe.alphabetLimit = 2
    let tokenizer = try trained(recipe, ["aaa bb cc dd"]).tokenizer()
    #expect(["a", "b"].allSatisfy { tokenizer.id(of: $0) != nil })
    #expect(["c", "d", "cc"].allSatisfy { tokenizer.id(of: $0) == nil })
    #expect(tokenizer.makeEncoder().encode("cc") == [1])
  }

  @Test func `special tokens in the text are not taken for words`() throws {
    let vocabulary = try trained(
      VocabularyRecipe(size: .atMost(100)), ["ab<mask>ab <sep>", "<mask>"])
    #expect(vocabulary.counts[3] == 1 && vocabulary.counts[4] == 2)
    #expect(vocabulary.words == 2)
  }

  @Test func `the summary counts what is unknown`() throws {
    let long = String(repeating: "x", count: 101)
    let vocabulary = try trained(VocabularyRecipe(size: .atMost(100)), ["a \(long) a a"])
    #expect(vocabulary.words == 4 && vocabulary.unknownWords == 1)
    let summary = JSONValue.object(vocabulary.summary)
    #expect(summary["coverage"]?.double == 0.75)
    #expect(summary["tokens"]?.int == 4)
  }
}
