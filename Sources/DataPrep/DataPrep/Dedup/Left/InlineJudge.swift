import RingProtocol

/// A mode whose verdict on a document depends on the documents before it alone, so that it is reached while reading.
///
/// What is computed from a text alone is done beside others; only the look at the table happens in reading order.
final class InlineJudge {
  let mode: ModeReading
  private let digester: any TextDigester
  private let table: DigestTable

  /// - Parameters:
  ///   - needsKeepers: whether drops say which document stays.
  ///   - memory: bytes that the table may take.
  init(_ mode: ModeReading, _ digester: any TextDigester, needsKeepers: Bool, memory: Int) {
    (self.mode, self.digester) = (mode, digester)
    table = DigestTable(hasValues: needsKeepers, limit: memory)
  }

  /// What is computed of a block's texts before its turn.
  struct Prepared {
    fileprivate var digests: [TextDigest] = []
    fileprivate var places: [UInt32] = []
    /// Where the digests of each document end.
    fileprivate var ends: [Int] = []

    fileprivate mutating func add(
      _ text: UnsafeRawBufferPointer, _ digester: any TextDigester, _ scratch: inout DigestScratch
    ) {
      digester.forEachDigest(of: text, &scratch) { digest, place in
        digests.append(digest)
        places.append(UInt32(place))
      }
      ends.append(digests.count)
    }
  }

  /// Digests of the texts as they are now, for those that are left.
  func prepare(_ fates: [DocumentFate], _ scratch: inout DigestScratch) -> Prepared {
    var prepared = Prepared()
    for fate in fates {
      guard case .left(let text) = fate else {
        prepared.ends.append(prepared.digests.count)
        continue
      }
      text.withBytes { prepared.add($0, digester, &scratch) }
    }
    return prepared
  }

  /// Judges the documents of a block in its turn, and returns what was found.
  ///
  /// - Parameter isStale: whether a text has changed since `prepared` was made.
  func judge(
    _ fates: inout [DocumentFate], block: Int, _ prepared: Prepared, _ scratch: inout DigestScratch,
    isStale: (Int, LeftText) -> Bool
  ) throws(TableOverflow) -> [Finding] {
    var found: [Finding] = []
    var begin = 0
    for index in fates.indices {
      let end = prepared.ends[index]
      defer { begin = end }
      guard case .left(let text) = fates[index] else { continue }
      let ordinal = Ordinal.make(block: block, index: index)
      let before = found.count
      if isStale(index, text) {
        var fresh = Prepared()
        text.withBytes { fresh.add($0, digester, &scratch) }
        try admit(fresh, 0..<fresh.digests.count, ordinal, into: &found)
      } else {
        try admit(prepared, begin..<end, ordinal, into: &found)
      }
      if found.count > before { fates[index].apply(found[before...], of: mode) }
    }
    return found
  }

  private func admit(
    _ prepared: Prepared, _ range: Range<Int>, _ ordinal: UInt64, into found: inout [Finding]
  ) throws(TableOverflow) {
    for place in range {
      guard let keeper = try table.admit(prepared.digests[place], value: ordinal) else { continue }
      found.append(
        digester.isOfUnits
          ? Finding(ordinal: ordinal, first: UInt64(prepared.places[place]), second: 0)
          : .drop(ordinal, keeper: keeper))
    }
  }
}

/// Buffers that a thread uses again for every text.
package struct DigestScratch {
  package var units: [TextUnits.Unit] = []
  package var bytes: [UInt8] = []
  /// Made when the first text is looked at.
  var grams: WordGrams?
}

/// Computes the digests by which a mode compares texts.
package protocol TextDigester: Sendable {
  /// Whether a text has a digest for each of its units, instead of one.
  var isOfUnits: Bool { get }

  /// Calls `body` with each digest and the place of its unit.
  func forEachDigest(
    of text: UnsafeRawBufferPointer, _ scratch: inout DigestScratch,
    _ body: (TextDigest, Int) -> Void)
}
