import CTextKernels
import RingProtocol
import Synchronization

/// A share of a corpus' documents, as large as fits into a given number of bytes.
///
/// A document is in the sample when the hash of its text and the seed lies below a threshold, the largest power of
/// a half that keeps the sample within its limit. So the sample depends on the documents and the seed alone, not on
/// their order, their files, or the number of threads.
struct TextSample {
  /// The texts: of each document at most `longestText` bytes.
  private(set) var texts: [[UInt8]] = []
  /// Bytes of the texts.
  private(set) var byteCount = 0
  /// The share of the corpus that was aimed at: a power of a half.
  private(set) var share = 1.0

  /// A single huge document must not crowd out the others.
  static let longestText = 1 << 20

  private var hashes: [UInt64] = []
  private let limit: Int

  private struct Candidate: Sendable {
    let hash: UInt64
    let text: [UInt8]
  }

  /// Reads the whole corpus and keeps at most `limit` bytes of text.
  init(
    of corpus: Corpus, limit: Int, seed: UInt64, threads: Int, cancellation: CancellationFlag?,
    progress: ProgressMeter?
  ) throws {
    self.limit = limit
    // What workers see of the threshold may be old, and then too high: never too low.
    let threshold = Threshold()
    try corpus.process(
      threads: threads, cancellation: cancellation, progress: progress, makeScratch: {},
      work: { _, block in
        Self.candidates(of: block, below: threshold.value.load(ordering: .relaxed), seed: seed)
      },
      collect: { candidates in
        for candidate in candidates { add(candidate) }
        threshold.value.store(highest, ordering: .relaxed)
      })
  }

  private final class Threshold: Sendable {
    let value = Atomic(UInt64.max)
  }

  /// The highest hash in the sample.
  private var highest: UInt64 {
    share == 1 ? .max : UInt64(share * 0x1p64) - 1
  }

  private mutating func add(_ candidate: Candidate) {
    guard candidate.hash <= highest else { return }
    texts.append(candidate.text)
    hashes.append(candidate.hash)
    byteCount += candidate.text.count
    while byteCount > limit {
      share /= 2
      let kept = hashes.indices.filter { hashes[$0] <= highest }
      texts = kept.map { texts[$0] }
      hashes = kept.map { hashes[$0] }
      byteCount = texts.reduce(0) { $0 + $1.count }
    }
  }

  private static func candidates(of block: DocumentBlock, below highest: UInt64, seed: UInt64)
    -> [Candidate]
  {
    block.documents.compactMap { document in
      let hash = hash(document.text, seed: seed)
      guard hash <= highest else { return nil }
      return Candidate(hash: hash, text: Array(head(of: document.text)))
    }
  }

  private static func hash(_ text: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    let key = SIMD4<UInt64>(Checksum.xxh3(text), UInt64(text.count), seed, 0)
    return withUnsafeBytes(of: key) { Checksum.xxh3($0) }
  }

  /// The first bytes of a text, without a part of a character.
  private static func head(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard text.count > longestText else { return text }
    var end = longestText
    while text[end] & 0xC0 == 0x80 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: text[..<end])
  }
}
