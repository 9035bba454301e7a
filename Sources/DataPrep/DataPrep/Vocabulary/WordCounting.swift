import RingProtocol
import Synchronization
import Tokenization

/// Counts the words of a corpus for a new vocabulary, on all threads.
///
/// What is counted depends only on the documents, the share and the seed: not on threads or order.
struct WordCounting: Sendable {
  var corpus: Corpus
  /// The share of the documents that is counted, above 0 and at most 1; which ones, their text and the seed decide.
  var share: Double
  var seed: UInt64
  var threads: Int
  var cancellation: CancellationFlag?
  /// Counts the stored bytes read.
  var progress: ProgressMeter?

  init(
    _ corpus: Corpus, share: Double = 1, seed: UInt64 = 0, threads: Int,
    cancellation: CancellationFlag? = nil, progress: ProgressMeter? = nil
  ) {
    (self.corpus, self.share, self.seed) = (corpus, share, seed)
    (self.threads, self.cancellation, self.progress) = (threads, cancellation, progress)
  }

  /// Reads everything; what it counted goes to `WordPieceTrainer.train`.
  ///
  /// The documents counted are output, the others dropped as `not-sampled`, and faulty lines as everywhere.
  func run(_ trainer: WordPieceTrainer) throws -> (counters: [WordCounter], counts: StageCounts) {
    let counters = Counters()
    var all = StageCounts()
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress,
      makeScratch: { counters.add(trainer.makeCounter()) },
      work: { counter, block in count(block, counter) },
      collect: { all += $0 })
    return (counters.all, all)
  }

  private func count(_ block: DocumentBlock, _ counter: WordCounter) -> StageCounts {
    var counts = StageCounts()
    for fault in block.faults {
      counts.input.add(fault.raw.count)
      counts.drop(fault.reason.rawValue, bytes: fault.raw.count)
    }
    for document in block.documents {
      counts.input.add(document.text.count)
      guard isSampled(document.text) else {
        counts.drop("not-sampled", bytes: document.text.count)
        continue
      }
      counts.output.add(document.text.count)
      counter.add(document.text.assumingMemoryBound(to: UInt8.self))
    }
    return counts
  }

  private func isSampled(_ text: UnsafeRawBufferPointer) -> Bool {
    guard share < 1 else { return true }
    var hash = Checksum.xxh3(text) ^ seed &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((hash ^ hash >> 31) >> 11) * 0x1p-53 < share
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
