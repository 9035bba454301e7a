import CTextKernels

/// Finds the anchors of documents, and the stretches in them that repeat themselves at once. One for each thread.
///
/// Zeros, dashes, rows of an empty table: where a document goes on with a period of p bytes, every p-th position is an
/// anchor and all of them are equal. Such a stretch is covered here, as a whole, and its inner anchors are left out. Nothing
/// is lost: a window elsewhere that equals an inner one equals also one that begins in the stretch's first p bytes, whose
/// anchors are kept. The answer does not depend on which stretches are found.
final class AnchorSearch {
  static let windowLimit = Int(CRAM_ANCHOR_WINDOW_LIMIT)

  private let rule: SubstringRule
  private let kernels: UnsafePointer<cram_anchor_kernels>?
  private let room = UnsafeMutablePointer<cram_anchor>.allocate(
    capacity: Int(CRAM_ANCHORS_AT_ONCE))
  private var stretch = Stretch()
  private var before = (cram_anchor(), cram_anchor())

  /// Bytes from `start` to `end` that equal those `period` bytes before them.
  private struct Stretch {
    var start = 0
    var end = 0
    var period = 0
    var counts = false
  }

  /// - Parameter kernels: the name of the instructions to use; nil takes the best.
  init(_ rule: SubstringRule, kernels: String? = nil) {
    self.rule = rule
    self.kernels = kernels.flatMap { cram_anchor_kernels_named($0) }
  }

  deinit {
    room.deallocate()
  }

  /// Appends the anchors of a document and its stretches.
  ///
  /// - Parameter base: the position of the document's first byte in the corpus.
  func search(
    _ text: UnsafeRawBufferPointer, base: UInt64, anchors: inout [AnchorRecord],
    stretches: inout [CoveredRange]
  ) {
    guard text.count >= rule.length else { return }
    let bytes = text.assumingMemoryBound(to: UInt8.self)
    var search = cram_anchor_search_of(
      bytes.baseAddress, bytes.count, rule.anchorWindow, rule.keyBytes)
    stretch = Stretch()
    let none = cram_anchor(key: 0, position: .max)
    before = (none, none)
    while true {
      let count = cram_anchors_next(&search, room, kernels)
      if count == 0 { break }
      for index in 0..<count {
        let anchor = room[index]
        look(at: anchor, in: bytes, base: base, &stretches)
        if !isInside(Int(anchor.position)) {
          anchors.append(AnchorRecord(key: anchor.key, position: base &+ anchor.position))
        }
      }
    }
  }

  /// Whether all windows that hold this anchor are inner ones of a stretch.
  private func isInside(_ position: Int) -> Bool {
    stretch.counts && stretch.start + stretch.period + rule.length <= position
      && position + rule.length <= stretch.end
  }

  /// Equal anchors one or two places apart betray a stretch.
  @inline(__always)
  private func look(
    at anchor: cram_anchor, in text: UnsafeBufferPointer<UInt8>, base: UInt64,
    _ stretches: inout [CoveredRange]
  ) {
    if before.1.key == anchor.key, before.1.position != .max {
      extend(Int(before.1.position), Int(anchor.position), text, base, &stretches)
    } else if before.0.key == anchor.key, before.0.position != .max {
      extend(Int(before.0.position), Int(anchor.position), text, base, &stretches)
    }
    before = (before.1, anchor)
  }

  private func extend(
    _ first: Int, _ second: Int, _ text: UnsafeBufferPointer<UInt8>, _ base: UInt64,
    _ stretches: inout [CoveredRange]
  ) {
    let period = second - first
    let isKnown =
      stretch.period == period && stretch.start <= first && second + rule.keyBytes <= stretch.end
    guard period <= rule.length / 2, !isKnown else { return }
    let bytes = text.baseAddress!
    let start = first - cram_common_suffix(bytes + first, bytes + second, first)
    let end = second + cram_common_prefix(bytes + first, bytes + second, text.count - second)
    let counts = end - start >= rule.length + 2 * period - 1
    stretch = Stretch(start: start, end: end, period: period, counts: counts)
    guard counts else { return }
    let kept = rule.keepsFirst ? period : 0
    stretches.append(
      CoveredRange(
        start: base + UInt64(start + kept), end: base + UInt64(end),
        source: rule.keepsFirst ? base + UInt64(start) : CoveredRange.noSource))
  }
}
