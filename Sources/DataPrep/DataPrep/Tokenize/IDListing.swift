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
    var bytes: [UInt8] = []
    var tokens: UInt64 = 0
    var counts = EncodedBlock()
  }

  /// Writes the lines to `path` (`-` is standard output), in reading order, and tells what was read.
  public func write(to path: String) throws -> StageReport {
    var target = try LineTarget(path: path)
    let settings = corpus.settings + [.init("tokenizer_sha256", .string(files.sha256))]
    var report = StageReport(stage: "tokenize", settings: .object(settings))
    var tokens: UInt64 = 0
    let tokenizer = files.tokenizer
    let begin = ContinuousClock.now
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { LineMaker(tokenizer.makeEncoder()) },
      work: { maker, block in maker.lines(of: block) },
      collect: { lines in
        try target.write(lines.bytes)
        report.add(input: lines.counts.input, dropped: lines.counts.dropped)
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
    private var ids: [UInt32] = []

    init(_ encoder: Encoder) {
      self.encoder = encoder
    }

    func lines(of block: DocumentBlock) -> Lines {
      var lines = Lines()
      for document in block.documents {
        ids.removeAll(keepingCapacity: true)
        encoder.encode(document.text.assumingMemoryBound(to: UInt8.self), into: &ids)
        lines.tokens += UInt64(ids.count)
        lines.counts.input.add(document.text.count)
        appendLine(document, to: &lines.bytes)
      }
      lines.counts.count(block.faults)
      return lines
    }

    private func appendLine(_ document: Document, to bytes: inout [UInt8]) {
      bytes.append(contentsOf: "{\"id\": ".utf8)
      if let id = document.rawID {
        bytes.append(contentsOf: id)
      } else {
        appendJSONString(document.name, to: &bytes)
      }
      bytes.append(contentsOf: ", \"ids\": [".utf8)
      appendIDs(to: &bytes)
      bytes.append(contentsOf: "]}\n".utf8)
    }

    /// The ids in decimal with commas between them: the bulk of the output, so written without bounds checks.
    private func appendIDs(to bytes: inout [UInt8]) {
      // Eight digits at most (ids are below 2^24), a comma and a space.
      bytes += [UInt8](unsafeUninitializedCapacity: 10 * ids.count) { buffer, count in
        for (place, id) in ids.enumerated() {
          if place > 0 {
            buffer[count] = UInt8(ascii: ",")
            count += 1
          }
          count += Self.write(id, to: buffer.baseAddress! + count)
        }
      }
    }

    /// Writes the digits of `number`; their count.
    private static func write(_ number: UInt32, to place: UnsafeMutablePointer<UInt8>) -> Int {
      var width = 1
      var limit: UInt32 = 10
      while width < 9, number >= limit { (width, limit) = (width + 1, limit &* 10) }
      var rest = number
      for digit in stride(from: width - 1, through: 0, by: -1) {
        place[digit] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
        rest /= 10
      }
      return width
    }
  }
}
