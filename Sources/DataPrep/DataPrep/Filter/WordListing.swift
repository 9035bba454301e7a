import RingProtocol

/// `cram filter --words`: one line of JSON for each document, with the words and sentences that the rules count.
///
/// `{"id", "words": […], "sentences": […]}`; sentences are counted for each line of the text.
public struct WordListing: Sendable {
  private let corpus: Corpus
  private let threads: Int
  private let cancellation: CancellationFlag?
  private let progress: ProgressMeter?

  public init(
    corpus: Corpus, threads: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) {
    (self.corpus, self.threads) = (corpus, threads)
    (self.cancellation, self.progress) = (cancellation, progress)
  }

  /// Writes the lines to `path` (`-` is standard output), in reading order.
  public func write(to path: String) throws {
    var target = try LineTarget(path: path)
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: TextWords.init,
      work: { text, block in
        try block.documents.reduce(into: []) { try Self.append($1, text, to: &$0) }
      },
      collect: { (lines: [UInt8]) in try target.write(lines) })
    try target.finish()
  }

  private static func append(_ document: Document, _ text: TextWords, to line: inout [UInt8]) throws
  {
    try text.split(document, [.words, .lines])
    line += Array("{\"id\": ".utf8)
    if let id = document.rawID {
      line += id
    } else {
      appendJSONString(document.name, to: &line)
    }
    line += Array(", \"words\": [".utf8)
    for word in 0..<text.words.pointee.count {
      if word > 0 { line += Array(", ".utf8) }
      appendJSONString(UnsafeRawBufferPointer(text.words.pointee.bytes(word, 1)), to: &line)
    }
    let sentences = text.lines.map { String($0.sentences) }.joined(separator: ", ")
    line += Array("], \"sentences\": [\(sentences)]}\n".utf8)
  }
}

extension TextWords {
  /// Splits a document's text.
  ///
  /// - Throws: `FilterError` where it is too long.
  func split(_ document: Document, _ wants: Wants) throws(FilterError) {
    guard document.text.count < Self.limit else {
      throw .textTooLong(name: document.name, bytes: document.text.count)
    }
    split(document.text.assumingMemoryBound(to: UInt8.self), wants)
  }
}
