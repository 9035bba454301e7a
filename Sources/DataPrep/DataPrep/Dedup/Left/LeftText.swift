/// The text of a document of which parts may have been cut out.
///
/// Ranges are rising and part characters nowhere: a character that a cut goes through goes whole. Nothing is copied before
/// something is cut. The original's memory must outlive the value.
package struct LeftText: @unchecked Sendable {
  /// The text as it was read.
  package let original: UnsafeRawBufferPointer
  /// What was cut so far, each reason once, in the order in which they acted.
  package private(set) var cuts: [Cut] = []
  /// What stays of the original; not kept up while that is all of it.
  private var kept: [Range<Int>] = []
  private var copy: [UInt8] = []

  package init(_ original: UnsafeRawBufferPointer) {
    self.original = original
  }

  /// Whether anything was cut.
  package var isChanged: Bool { !cuts.isEmpty }

  /// How many bytes are left.
  package var count: Int { isChanged ? copy.count : original.count }

  /// The bytes that are left, where something was cut.
  package var changedBytes: [UInt8] { copy }

  /// Lends the bytes that are left.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    isChanged ? try copy.withUnsafeBytes(body) : try body(original)
  }

  /// Where a range of what is left stands in the original: one range, or several where cuts lie inside of it.
  package func originals(of range: Range<Int>) -> [Range<Int>] {
    originals(of: [range])
  }

  /// Where ranges of what is left stand in the original.
  ///
  /// - Parameter ranges: rising by their beginnings; they may overlap.
  package func originals(of ranges: [Range<Int>]) -> [Range<Int>] {
    let ranges = Self.joined(ranges)
    guard isChanged else { return ranges }
    var found: [Range<Int>] = []
    var piece = 0
    var before = 0  // bytes left before the piece at hand
    for range in ranges {
      while piece < kept.count, before + kept[piece].count <= range.lowerBound {
        before += kept[piece].count
        piece += 1
      }
      var (next, begin) = (piece, before)
      while next < kept.count, begin < range.upperBound {
        let part = range.clamped(to: begin..<(begin + kept[next].count))
        let shift = kept[next].lowerBound - begin
        if !part.isEmpty { found.append((part.lowerBound + shift)..<(part.upperBound + shift)) }
        begin += kept[next].count
        next += 1
      }
    }
    return found
  }

  /// Cuts ranges of what is left.
  ///
  /// - Parameter ranges: rising by their beginnings; they may overlap.
  package mutating func cut(_ ranges: [Range<Int>], reason: String) {
    cut(originals: originals(of: ranges), reason: reason)
  }

  /// Cuts ranges of the original; what of them is gone already stays gone and is not counted again.
  ///
  /// - Parameter ranges: rising by their beginnings; they may overlap.
  package mutating func cut(originals ranges: [Range<Int>], reason: String) {
    let before = count
    let ranges = Self.joined(ranges)
    var left: [Range<Int>] = []
    var next = 0
    for piece in isChanged ? kept : [0..<original.count] {
      var begin = piece.lowerBound
      while next < ranges.count, ranges[next].lowerBound < piece.upperBound {
        let whole = wholeCharacters(ranges[next].clamped(to: piece), in: piece)
        if whole.lowerBound > begin { left.append(begin..<whole.lowerBound) }
        begin = max(begin, whole.upperBound)
        if ranges[next].upperBound > piece.upperBound { break }
        next += 1
      }
      if begin < piece.upperBound { left.append(begin..<piece.upperBound) }
    }
    let size = left.reduce(0) { $0 + $1.count }
    guard size < before else { return }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for piece in left { bytes.append(contentsOf: original[piece]) }
    (kept, copy) = (left, bytes)
    cuts.append(Cut(reason, bytes: before - size))
  }

  /// The same bytes in ranges that neither touch nor are empty.
  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for range in ranges where !range.isEmpty {
      if let last = joined.last, range.lowerBound <= last.upperBound {
        joined[joined.count - 1] =
          last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    return joined
  }

  /// The range with the rest of the characters that its ends lie in.
  private func wholeCharacters(_ range: Range<Int>, in piece: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return range }
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower > piece.lowerBound, isContinuation(lower) { lower -= 1 }
    while upper < piece.upperBound, isContinuation(upper) { upper += 1 }
    return lower..<upper
  }

  private func isContinuation(_ place: Int) -> Bool { original[place] & 0xC0 == 0x80 }
}
