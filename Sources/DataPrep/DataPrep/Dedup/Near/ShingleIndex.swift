/// Which members have a shingle.
///
/// - Complexity: 16 bytes for each shingle of a member, and some 40 for each of those that are kept when it is closed.
struct ShingleIndex {
  private struct Entry: ExchangeRecord {
    let hash: UInt64
    let member: Int

    var bucketKey: UInt64 { hash }

    static func < (left: Entry, right: Entry) -> Bool {
      left.hash != right.hash ? left.hash < right.hash : left.member < right.member
    }
  }

  private var entries: [Entry] = []
  /// Where the entries of a shingle begin and end.
  private var ranges: [UInt64: Range<Int>] = [:]

  /// Makes room for so many shingles of members.
  init(entryCount: Int) {
    entries.reserveCapacity(entryCount)
  }

  mutating func add(_ shingles: ArraySlice<UInt64>, _ member: Int) {
    for hash in shingles { entries.append(Entry(hash: hash, member: member)) }
  }

  /// Whether any member is there under this shingle.
  func has(_ shingle: UInt64) -> Bool { ranges[shingle] != nil }

  /// Makes the entries findable of shingles that `isWorth` keeps, by their hash and number of members.
  mutating func close(_ isWorth: (UInt64, Int) -> Bool) {
    entries.withUnsafeMutableBufferPointer { RecordSort.sort($0) }
    var kept = 0
    var start = 0
    while start < entries.count {
      let hash = entries[start].hash
      var end = start + 1
      while end < entries.count, entries[end].hash == hash { end += 1 }
      if isWorth(hash, end - start) {
        for place in start..<end { entries[kept + place - start] = entries[place] }
        ranges[hash] = kept..<(kept + end - start)
        kept += end - start
      }
      start = end
    }
    entries.removeSubrange(kept...)
  }

  /// Calls `body` with each member that has the shingle and is still there; those for which it says true go.
  mutating func visit(_ shingle: UInt64, _ body: (Int) throws -> Bool) throws {
    guard let range = ranges[shingle] else { return }
    var (place, end) = (range.lowerBound, range.upperBound)
    while place < end {
      if try body(entries[place].member) {
        end -= 1
        entries[place] = entries[end]
      } else {
        place += 1
      }
    }
    ranges[shingle] = end > range.lowerBound ? range.lowerBound..<end : nil
  }
}
