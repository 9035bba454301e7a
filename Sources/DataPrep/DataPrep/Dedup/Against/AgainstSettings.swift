import RingProtocol
import Synchronization

/// What `cram dedup --against` looks for: n-grams of words that other text has too.
///
/// Words are maximal runs of letters, digits and `_` of the lower-cased text; what stands between them does not matter.
/// Examples of fewer words than an n-gram are one gram as a whole, those of fewer than `shortestExample` none.
public struct AgainstSettings: Sendable {
  /// What becomes of a document that shares a gram with an example.
  public enum Policy: String, CaseIterable, Sendable {
    /// It goes.
    case drop
    /// The words of the gram go, from the first one's beginning to the last one's end.
    case cut
  }

  /// The other text: a document is an example.
  public let corpus: Corpus
  /// Words of a gram.
  public let ngram: Int
  public let policy: Policy
  /// The grams, once they are read.
  let table: GramSource

  /// The grams of GPT-3 and of what came after it.
  public static let usualNgram = 13
  /// Words of a gram that can be asked for.
  public static let ngrams = 1...1000
  /// Words of the shortest example that counts (of shorter grams the gram's).
  static let shortestExample = 8

  /// - Parameter ngram: one of `ngrams`.
  public init(corpus: Corpus, ngram: Int = usualNgram, policy: Policy = .drop) {
    precondition(Self.ngrams.contains(ngram), "\(ngram) words, expected \(Self.ngrams)")
    (self.corpus, self.ngram, self.policy) = (corpus, ngram, policy)
    table = GramSource(corpus: corpus, ngram: ngram)
  }

  /// The member of the report's settings.
  var json: JSONValue {
    [
      "files": .array(corpus.files.map { .string($0.name) }),
      "text_field": .string(corpus.inputs.textField),
      "text_documents": .string(corpus.inputs.textDocuments.rawValue),
      "ngram": .int(Int64(ngram)), "policy": .string(policy.rawValue),
    ]
  }
}

/// Why other text cannot be compared with.
public enum AgainstError: Error, Equatable, CustomStringConvertible {
  case tooLarge(bytes: Int, limit: Int)

  public var description: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "--against: the word n-grams take more than \(bytes >> 20) MiB, and a half of --memory is \(limit >> 20) MiB; give more memory or fewer files"
    }
  }
}

/// Reads the grams once in a process, when they are asked for.
final class GramSource: Sendable {
  private let corpus: Corpus
  private let ngram: Int
  private let loaded = Mutex<GramTable?>(nil)

  init(corpus: Corpus, ngram: Int) {
    (self.corpus, self.ngram) = (corpus, ngram)
  }

  /// The grams of all examples.
  ///
  /// - Parameter memory: bytes that they may take.
  func table(_ context: StepContext) throws -> GramTable {
    try loaded.withLock { table in
      if let table { return table }
      let fresh = try GramTable(
        corpus, ngram: ngram, threads: context.threads, memory: context.memory / 2,
        cancellation: context.cancellation)
      table = fresh
      return fresh
    }
  }
}
