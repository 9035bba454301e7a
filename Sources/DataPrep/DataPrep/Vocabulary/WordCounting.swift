import RingProtocol
import Synchronization
import Tokenization

/// Counts the words of a corpus for a new vocabulary, on all threads.
///
/// What is counted depends only on the documents, the share and the seed: not on threads or order.
public struct WordCounting: Sendable {
  public var corpus: Corpus
  /// The share of the documents that is counted, above 0 and at most 1; which ones, their text and the seed decide.
  public var share: Double
  public var seed: UInt64
  public var threads: Int
  public var cancellation: CancellationFlag?
  /// Counts the stored bytes read.
  public var progress: ProgressMeter?

  public init(
    _ corpus: Corpus, share: Double = 1, seed: UInt64 = 0, threads: Int,
    cancellation: CancellationFlag? = nil, progress: ProgressMeter? = nil
  ) {
    (self.corpus, self.share, self.seed) = (corpus, share, seed)
    (self.threads, self.cancellation, self.progress) = (threads, cancellation, progress)
  }

  /// Reads everything; what it counted goes to `WordPieceTrainer.train`.
  ///
  /// In `report` the documents counted are output, the others dropped as `not-sampled`, and faulty lines as everywhere.
  public func run(
    _ trainer: WordPieceTrainer, report: inout StageReport
  ) throws -> [WordCounter] {
    let counters = Counters()
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { counters.add(trainer.makeCounter()) },
      work: { counter, block in count(block, counter) },
      collect: { report.add($0) })
    return counters.all
  }

  private func count(_ block: DocumentBlock, _ counter: WordCounter) -> CountedBlock {
    var counted = CountedBlock()
    for fault in block.faults { counted.drop(fault.reason.rawValue, bytes: fault.raw.count) }
    for document in block.documents {
      guard isSampled(document.text) else {
        counted.drop("not-sampled", bytes: document.text.count)
        continue
      }
      counted.input.add(document.text.count)
      counted.output.add(document.text.count)
      counter.add(document.text.assumingMemoryBound(to: UInt8.self))
    }
    return counted
  }

  private func isSampled(_ text: UnsafeRawBufferPointer) -> Bool {
    guard share < 1 else { return true }
    var hash = Checksum.xxh3(text) ^ seed &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((hash ^ hash >> 31) >> 11) * 0x1p-53 < share
  }
}

/// What one block adds to the report.
private struct CountedBlock: Sendable {
  var input = Tally()
  var output = Tally()
  var dropped: [String: Tally] = [:]

  mutating func drop(_ reason: String, bytes: Int) {
    input.add(bytes)
    dropped[reason, default: Tally()].add(bytes)
  }
}

extension StageReport {
  fileprivate mutating func add(_ block: CountedBlock) {
    input += block.input
    output += block.output
    for (reason, tally) in block.dropped { dropped[reason, default: Tally()] += tally }
  }
}

/// The counters of all threads. Each is used by its thread alone, and by the caller when the threads have ended.
private final class Counters: @unchecked Sendable {
  private let lock = Mutex(())
  private(set) var all: [WordCounter] = []

  func add(_ counter: WordCounter) -> WordCounter {
    lock.withLock { _ in all.append(counter) }
    return counter
  }
}
