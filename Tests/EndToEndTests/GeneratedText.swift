import RingProtocol

/// Made-up English-like documents, the same for the same seed: enough structure that a model learns from it in seconds.
struct GeneratedText {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 2 &+ 1
  }

  private static let subjects = [
    "the cat", "a small dog", "the old river", "my neighbour", "the first engineer", "every child",
    "the quiet library", "a merchant", "the night watch", "an honest judge",
  ]
  private static let verbs = [
    "looks at", "remembers", "carries", "paints", "explains", "follows", "repairs", "describes",
    "forgets", "measures",
  ]
  private static let objects = [
    "the broken bridge", "a long letter", "the morning train", "seven apples", "the empty house",
    "a map of the coast", "the rules of the game", "two silver coins", "the price of bread",
  ]
  private static let places = [
    "near the harbour", "before the winter", "without a word", "in the afternoon",
    "under the wooden roof", "for the second time",
  ]

  private mutating func pick(_ words: [String]) -> String {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return words[Int((state >> 33) % UInt64(words.count))]
  }

  mutating func document(sentences: Int) -> String {
    (0..<sentences).map { _ in
      "\(pick(Self.subjects)) \(pick(Self.verbs)) \(pick(Self.objects)) \(pick(Self.places))."
    }.joined(separator: " ")
  }

  /// JSON lines with `id` and `text`; every tenth document is a copy of the one before it.
  mutating func lines(_ count: Int, sentences: Int = 40) -> String {
    var lines = ""
    var text = ""
    for number in 0..<count {
      if number % 10 != 9 { text = document(sentences: sentences) }
      let document: JSONValue = ["id": .string("doc-\(number)"), "text": .string(text)]
      lines += document.serialized() + "\n"
    }
    return lines
  }

  /// A file of such documents below `folder`.
  static func file(in folder: String, count: Int = 300, seed: UInt64 = 1) throws -> String {
    var generator = GeneratedText(seed: seed)
    let path = folder + "/corpus.jsonl"
    try AtomicFile.replace(path, with: generator.lines(count))
    return path
  }
}
