import CTextKernels

/// Makes the signatures and the shingle sets of texts. One for each thread; about a megabyte.
package final class TextSketcher {
  /// Which loops run: all give the same.
  package enum Kernels: String, CaseIterable { case best, portable, avx2 }

  private let sketcher: OpaquePointer
  private let bands: Int
  private let binCount: Int
  private var keys: [UInt64]

  package convenience init(_ scheme: NearScheme) {
    self.init(scheme, kernels: .best)!
  }

  /// nil where this machine does not have these kernels.
  package init?(_ scheme: NearScheme, kernels: Kernels) {
    guard
      let table = cram_word_kernels_named(kernels == .best ? nil : kernels.rawValue)
    else { return nil }
    var wanted = cram_sketch_scheme(
      units: scheme.shingle == .word ? CRAM_UNITS_WORDS : CRAM_UNITS_CHARACTERS,
      ngram: UInt32(scheme.ngram), bands: UInt32(scheme.bands), rows: UInt32(scheme.rows),
      seed: scheme.seed)
    sketcher = cram_sketcher_create(&wanted, table)
    bands = scheme.bands
    binCount = scheme.bands * scheme.rows
    keys = [UInt64](repeating: 0, count: bands)
  }

  deinit {
    cram_sketcher_free(sketcher)
  }

  /// Calls `body` with the key of each band, in which documents meet; not at all for a text without words.
  package func forEachKey(of text: UnsafeRawBufferPointer, _ body: (UInt64) -> Void) {
    let bytes = text.assumingMemoryBound(to: UInt8.self).baseAddress
    guard cram_sketcher_keys(sketcher, bytes, text.count, &keys) else { return }
    for key in keys { body(key) }
  }

  /// The keys of a text; none for a text without words.
  package func keys(of text: UnsafeRawBufferPointer) -> [UInt64] {
    var found: [UInt64] = []
    forEachKey(of: text) { found.append($0) }
    return found
  }

  /// The signature of a text, of which each place agrees with another text's with a chance of their similarity.
  package func signature(of text: UnsafeRawBufferPointer) -> [UInt32] {
    keys(of: text).isEmpty
      ? [] : Array(UnsafeBufferPointer(start: cram_sketcher_bins(sketcher), count: binCount))
  }

  /// Lends the shingles of a text as rising hashes, each once.
  package func withSet<Result>(
    of text: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt64>) throws -> Result
  ) rethrows -> Result {
    var count = 0
    let bytes = text.assumingMemoryBound(to: UInt8.self).baseAddress
    let set = cram_sketcher_set(sketcher, bytes, text.count, &count)
    return try withExtendedLifetime(self) {
      try body(UnsafeBufferPointer(start: set, count: count))
    }
  }

  /// The shingles of a text as rising hashes, each once.
  package func set(of text: UnsafeRawBufferPointer) -> [UInt64] {
    withSet(of: text) { Array($0) }
  }
}

/// Similarity of shingle sets.
package enum Jaccard {
  /// Shared shingles as a share of all of them.
  package static func similarity(
    _ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>
  ) -> Double {
    share(
      common: cram_common_count(a.baseAddress, a.count, b.baseAddress, b.count, 0), a.count, b.count
    )
  }

  /// Whether the similarity is at least `threshold`; what cannot reach it any more is not read on.
  package static func reaches(
    _ threshold: Double, _ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    guard Double(min(a.count, b.count)) >= threshold * Double(max(a.count, b.count)) - 1 else {
      return false
    }
    let least = threshold / (1 + threshold) * Double(a.count + b.count) - 1
    let common = cram_common_count(
      a.baseAddress, a.count, b.baseAddress, b.count, max(0, Int(least)))
    return share(common: common, a.count, b.count) >= threshold
  }

  private static func share(common: Int, _ a: Int, _ b: Int) -> Double {
    let all = a + b - common
    return all == 0 ? 0 : Double(common) / Double(all)
  }
}
