import DataPrep
import RingProtocol
import Shards
import TestSupport
import Tokenization

/// A small world for `cram tokenize`: a vocabulary of words and a corpus whose ids anyone can tell.
struct TokenizeWorld {
  let folder: String
  let documents: [String]

  /// Words `w0`, `w1`, …, each a piece of its own; `.` is one too.
  static let specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "."]
  static let separator: UInt32 = 3
  static let fullStop: UInt32 = 5

  /// Writes `vocabulary/vocab.txt` and `corpus.jsonl` into `folder`.
  init(_ folder: String, documents count: Int, words: Int = 50, seed: UInt64 = 1) throws {
    self.folder = folder
    var random = SeededNumbers(seed)
    documents = (0..<count).map { number in
      // Lengths from 0 to 40 words; the first word of each tells the document.
      (0..<Int(random.next() % 41)).map { place in
        place == 0
          ? "w\(number % words)"
          : random.next() % 6 == 0 ? "." : "w\(random.next() % UInt64(words))"
      }.joined(separator: " ")
    }
    try Folder.create(folder + "/vocabulary")
    let pieces = Self.specials + (0..<words).map { "w\($0)" }
    try AtomicFile.replace(
      folder + "/vocabulary/vocab.txt", with: pieces.map { $0 + "\n" }.joined())
    try AtomicFile.replace(folder + "/vocabulary/tokenizer_config.json", with: "{}")
    let lines = documents.enumerated().map { "{\"id\": \"d\($0)\", \"text\": \"\($1)\"}\n" }
    try AtomicFile.replace(folder + "/corpus.jsonl", with: lines.joined())
  }

  /// The ids of each document with its separator, worked out by hand.
  var ids: [[UInt32]] {
    documents.map { text in
      text.split(separator: " ").map { word in
        word == "."
          ? Self.fullStop : UInt32(word.dropFirst())! + UInt32(Self.specials.count)
      } + [Self.separator]
    }
  }

  var corpus: Corpus {
    get throws { try Corpus(CorpusInputs(paths: [folder + "/corpus.jsonl"])) }
  }

  var files: TokenizerFiles {
    get throws { try TokenizerFiles(folder + "/vocabulary") }
  }

  func stage(
    _ output: String, threads: Int = 1, memory: Int = 1 << 30,
    cancellation: CancellationFlag? = nil, _ change: (inout TokenizeOptions) -> Void = { _ in }
  ) throws -> TokenizeStage {
    var options = TokenizeOptions()
    (options.length, options.frameSequences, options.shardSequences) = (8, 4, 16)
    change(&options)
    return try TokenizeStage(
      corpus: corpus, files: files, options: options, output: folder + "/" + output,
      threads: threads, memory: memory, cancellation: cancellation)
  }

  /// Makes a dataset and gives its report.
  @discardableResult
  func tokenize(
    _ output: String, threads: Int = 1, memory: Int = 1 << 30,
    _ change: (inout TokenizeOptions) -> Void = { _ in }
  ) throws -> JSONValue {
    switch try stage(output, threads: threads, memory: memory, change).perform(
      overwrite: false, display: { _, work in try work() })
    {
    case .done(let report): report.json
    case .upToDate(let report): report
    }
  }

  /// All tokens of a side, in stored order, by its sequences.
  func sequences(_ output: String, _ side: String = "train") throws -> [[UInt32]] {
    let target = try InspectionTarget.open("\(folder)/\(output)/\(side)")
    return try (0..<target.sequences).map { try target.ids(of: $0) }
  }

  /// Every file of an output but the report, which tells times, and what an unfinished run needs to go on.
  func files(_ output: String) throws -> [String: String] {
    var digests: [String: String] = [:]
    for side in try Folder.entries(of: folder + "/" + output)
    where !["report.json", "state"].contains(side) {
      let path = "\(folder)/\(output)/\(side)"
      guard Folder.kind(of: path) == .folder else {
        digests[side] = try SHA256.hex(ofFile: path)
        continue
      }
      for name in try Folder.entries(of: path) {
        digests[side + "/" + name] = try SHA256.hex(ofFile: path + "/" + name)
      }
    }
    return digests
  }
}

/// The blocks of so many tokens that documents end to end give.
func blocks(_ documents: [[UInt32]], length: Int) -> [[UInt32]] {
  let flat = documents.flatMap { $0 }
  return (0..<flat.count / length).map { Array(flat[$0 * length..<($0 + 1) * length]) }
}
