import RingProtocol
import Tokenization

/// `cram tokenize --ids`: one line of JSON for each document, its id and the ids of its text; no specials, nothing packed.
public struct IDListing: Sendable {
  private let corpus: Corpus
  private let files: TokenizerFiles
  private let threads: Int
  private let cancellation: CancellationFlag?
  private let progress: ProgressMeter?

  public init(
    corpus: Corpus, files: TokenizerFiles, threads: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) {
    (self.corpus, self.files, self.threads) = (corpus, files, threads)
    (self.cancellation, self.progress) = (cancellation, progress)
  }

  private struct Lines: Sendable {
    let content = LineBuffer()
    var tokens: UInt64 = 0
    var input = Tally()
    var dropped: [FaultyLine.Reason: Tally] = [:]
  }

  /// Writes the lines to `path` (`-` is standard output), in reading order, and tells what was read.
  public func write(to path: String) throws -> StageReport {
    var target = try LineTarget(path: path)
    let settings = corpus.settings + [.init("tokenizer_sha256", .string(files.sha256))]
    var report = StageReport(stage: "tokenize", settings: .object(settings))
    var tokens: UInt64 = 0
    let tokenizer = files.tokenizer
    let decimals = IDDecimals(vocabularySize: tokenizer.vocabularySize)
    let begin = ContinuousClock.now
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { LineMaker(tokenizer.makeEncoder(), decimals) },
      work: { maker, block in maker.lines(of: block) },
      collect: { lines in
        try target.write(lines.content.bytes)
        report.add(input: lines.input, dropped: lines.dropped)
        tokens += lines.tokens
      })
    try target.finish()
    report.seconds = (ContinuousClock.now - begin) / .seconds(1)
    report.add("tokens", .unsigned(tokens))
    return report
  }

  /// Encodes and formats; one for each thread.
  private final class LineMaker {
    private let encoder: Encoder
    private let ids: IDList
    private let decimals: IDDecimals

    init(_ encoder: Encoder, _ decimals: IDDecimals) {
      (self.encoder, self.decimals) = (encoder, decimals)
      ids = encoder.makeList()
    }

    func lines(of block: DocumentBlock) -> Lines {
      var lines = Lines()
      for document in block.documents {
        ids.removeAll()
        encoder.encode(document.text.assumingMemoryBound(to: UInt8.self), into: ids)
        lines.tokens += UInt64(ids.count)
        lines.input.add(document.text.count)
        append(document, to: lines.content)
      }
      (lines.input, lines.dropped) = Tally.counting(block.faults, with: lines.input)
      return lines
    }

    private func append(_ document: Document, to lines: LineBuffer) {
      lines.append("{\"id\": ")
      if let id = document.rawID {
        lines.append(id)
      } else {
        var name: [UInt8] = []
        appendJSONString(document.name, to: &name)
        name.withUnsafeBytes { lines.append($0) }
      }
      lines.append(", \"ids\": [")
      decimals.append(ids, to: lines)
      lines.append("]}\n")
    }
  }
}
