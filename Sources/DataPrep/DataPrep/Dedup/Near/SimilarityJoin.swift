import RingProtocol

/// Finds among documents that meet in a band which are similar enough, as far as it matters for who belongs to whom.
///
/// Only pairs that are not yet connected are compared, and of a pair of large groups only those that share one of the rare
/// shingles that one of two similar documents must share (prefix filter: Chaudhuri, Ganti and Kaushik, ICDE 2006;
/// Bayardo, Ma and Srikant, WWW 2007). Nothing is missed: what is connected by similar pairs of the group is connected
/// by the pairs that are reported.
struct SimilarityJoin {
  /// A document of a group, standing for all with the same set.
  struct Member {
    let ordinal: UInt64
    let place: UInt64
    let count: Int
  }

  let threshold: Double
  let sets: SetReader
  /// Bytes for what is built to compare large groups.
  let memory: Int

  /// Groups up to this size are compared pair by pair.
  private static let smallGroup = 24
  /// So many members tell which shingles are common in a group.
  private static let sampleCount = 64

  /// Calls `report` with pairs that are similar enough, and connect all that is connected by such pairs.
  ///
  /// - Parameter known: for each member a number; those that have the same are connected already.
  func connect(
    _ members: [Member], known: [Int]? = nil, _ report: (DocumentPair) throws -> Void
  ) throws {
    var links = UnionFind(count: members.count)
    if let known, Self.join(&links, known) == 1 { return }
    guard members.count > Self.smallGroup else {
      return try compareAll(members, &links, report)
    }
    let order = try ShingleOrder(of: sample(members), sets)
    // What is built over all members may be larger than memory: then over two of its parts at a time.
    let bytes = members.reduce(0) { $0 + 32 * (longPrefix($1) + shortPrefix($1)) }
    let partCount = min(members.count, max(1, 2 * bytes / max(1, memory)))
    let parts = (0..<partCount).map { part in members.indices.filter { $0 % partCount == part } }
    guard parts.count > 1 else {
      return try search(parts[0], of: members, order, &links, report)
    }
    for first in parts.indices {
      for second in parts[(first + 1)...] {
        try search(parts[first] + second, of: members, order, &links, report)
      }
    }
  }

  /// Joins those with the same number, and returns how many numbers there are.
  private static func join(_ links: inout UnionFind, _ known: [Int]) -> Int {
    var first: [Int: Int] = [:]
    for (member, number) in known.enumerated() {
      if let other = first[number] { links.join(other, member) } else { first[number] = member }
    }
    return first.count
  }

  private func compareAll(
    _ members: [Member], _ links: inout UnionFind, _ report: (DocumentPair) throws -> Void
  ) throws {
    for first in members.indices {
      for second in members.indices[(first + 1)...] {
        try compare(first, second, members, &links, report)
      }
    }
  }

  /// Whether the two are connected afterwards.
  @discardableResult
  private func compare(
    _ a: Int, _ b: Int, _ members: [Member], _ links: inout UnionFind,
    _ report: (DocumentPair) throws -> Void
  ) throws -> Bool {
    if links.root(of: a) == links.root(of: b) { return true }
    guard try isSimilar(members[a], members[b]) else { return false }
    links.join(a, b)
    try report(DocumentPair(members[a].ordinal, members[b].ordinal))
    return true
  }

  private func isSimilar(_ a: Member, _ b: Member) throws(FileError) -> Bool {
    guard Double(min(a.count, b.count)) >= threshold * Double(max(a.count, b.count)) - 1 else {
      return false
    }
    let (one, other) = (
      try sets.set(at: a.place, count: a.count), try sets.set(at: b.place, count: b.count)
    )
    return Jaccard.reaches(threshold, one.hashes, other.hashes)
  }

  // MARK: Large groups

  private func sample(_ members: [Member]) -> [Member] {
    stride(from: 0, to: members.count, by: max(1, members.count / Self.sampleCount)).map {
      members[$0]
    }
  }

  /// Two similar sets share a shingle among the first so many of each, in any order that both follow: so many of the larger one …
  private func longPrefix(_ member: Member) -> Int {
    prefix(of: member, sharing: threshold)
  }

  /// … and so many of the smaller one, which has more of the other in it.
  private func shortPrefix(_ member: Member) -> Int {
    prefix(of: member, sharing: 2 * threshold / (1 + threshold))
  }

  private func prefix(of member: Member, sharing share: Double) -> Int {
    let shared = Int((share * Double(member.count) - 1e-6).rounded(.up))
    return max(1, member.count - shared + 1)
  }

  /// Goes along similar pairs from member to member. Whoever is reached is left out of the indexes, so that each entry is met
  /// once for every member that is *not* similar to it and shares its shingle, and once more when it is.
  private func search(
    _ chosen: [Int], of members: [Member], _ order: ShingleOrder, _ links: inout UnionFind,
    _ report: (DocumentPair) throws -> Void
  ) throws {
    var (asLarger, asSmaller) = (ShingleIndex(), ShingleIndex())
    for number in chosen {
      let member = members[number]
      let shingles = try order.first(longPrefix(member), of: member, sets)
      asLarger.add(shingles[...], number)
      asSmaller.add(shingles.prefix(shortPrefix(member)), number)
    }
    // What nobody else has finds nobody.
    asLarger.close { _, count in count > 1 }
    asSmaller.close { shingle, _ in asLarger.has(shingle) }
    var isReached = Set<Int>()
    for start in chosen where isReached.insert(start).inserted {
      var waiting = [start]
      while let number = waiting.popLast() {
        func visit(_ other: Int) throws -> Bool {
          if isReached.contains(other) { return true }
          guard try compare(number, other, members, &links, report) else { return false }
          isReached.insert(other)
          waiting.append(other)
          return true
        }
        let member = members[number]
        let shingles = try order.first(longPrefix(member), of: member, sets)
        for shingle in shingles { try asSmaller.visit(shingle, visit) }
        for shingle in shingles.prefix(shortPrefix(member)) { try asLarger.visit(shingle, visit) }
      }
    }
  }
}

/// An order of shingles in which those that are common in a group come last.
private struct ShingleOrder {
  private var counts: [UInt64: Int] = [:]

  init(of members: [SimilarityJoin.Member], _ sets: SetReader) throws(FileError) {
    for member in members {
      for hash in try sets.set(at: member.place, count: member.count).hashes {
        counts[hash, default: 0] += 1
      }
    }
    counts = counts.filter { $0.value > 1 }
  }

  /// The first `count` shingles of a member's set in this order.
  func first(
    _ count: Int, of member: SimilarityJoin.Member, _ sets: SetReader
  ) throws(FileError) -> [UInt64] {
    let set = try sets.set(at: member.place, count: member.count)
    var common: [(count: Int, hash: UInt64)] = []
    var rare: [UInt64] = []
    for hash in set.hashes {
      if let count = counts[hash] { common.append((count, hash)) } else { rare.append(hash) }
    }
    if rare.count < count {
      common.sort { $0 < $1 }
      rare += common.prefix(count - rare.count).map(\.hash)
    }
    return Array(rare.prefix(count))
  }
}

/// Which members have a shingle.
private struct ShingleIndex {
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

  mutating func add(_ shingles: ArraySlice<UInt64>, _ member: Int) {
    entries += shingles.map { Entry(hash: $0, member: member) }
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
