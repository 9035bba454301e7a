import RingProtocol

/// Finds among documents that meet in a band which are similar enough, as far as it matters for who belongs to whom.
///
/// Only pairs that are not yet connected are compared, and in large groups, once everybody was compared with the one in the middle,
/// only those that share one of the rare shingles that one of two similar documents must share (prefix filter: Chaudhuri, Ganti and
/// Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007). Nothing is missed: what is connected by similar pairs of the group is
/// connected by the pairs that are reported.
struct SimilarityJoin {
  /// A document of a group, standing for all with the same set.
  struct Member {
    let ordinal: UInt64
    let place: UInt64
    let count: Int
  }

  let threshold: Double
  let sets: SetReader
  /// Bytes for what is built to compare large groups; some 50 for each of its members come on top.
  let memory: Int

  /// Groups up to this size are compared pair by pair.
  private static let smallGroup = 24
  /// So many members tell which one is in the middle of a group.
  private static let centerSampleCount = 16
  /// So many members tell which shingles are common in a group.
  private static let orderSampleCount = 64

  /// Calls `report` with pairs that are similar enough, and connect all that is connected by such pairs.
  ///
  /// - Parameter known: for each member a number; those that have the same are connected already.
  func connect(
    _ members: [Member], known: [Int]?, _ report: (DocumentPair) throws -> Void
  ) throws {
    var links = UnionFind(count: members.count)
    if let known, Self.join(&links, known) == 1 { return }
    guard members.count > Self.smallGroup else {
      return try compareAll(members, &links, report)
    }
    if let center = try center(of: members) {
      for other in members.indices { try compare(center, other, members, &links, report) }
    }
    try searchLarge(members, &links, report)
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
    let (one, other) = (try set(of: a), try set(of: b))
    return Jaccard.reaches(threshold, one.hashes, other.hashes)
  }

  private func set(of member: Member) throws(FileError) -> SetReader.ShingleSet {
    try sets.set(at: member.place, count: member.count)
  }

  // MARK: Large groups

  /// Some members, spread over the group.
  private static func sample(_ count: Int, of members: [Member]) -> [Int] {
    Array(stride(from: 0, to: members.count, by: max(1, members.count / count)))
  }

  /// The one of a sample that most of the others are like; nil where nobody is like another.
  private func center(of members: [Member]) throws(FileError) -> Int? {
    var best: (member: Int, count: Int)?
    let sample = Self.sample(Self.centerSampleCount, of: members)
    for one in sample {
      var count = 0
      for other in sample where other != one {
        if try isSimilar(members[one], members[other]) { count += 1 }
      }
      if count > best?.count ?? 0 { best = (one, count) }
    }
    return best?.member
  }

  /// Finds what connects the parts of a group. Pairs inside its largest one do not matter.
  private func searchLarge(
    _ members: [Member], _ links: inout UnionFind, _ report: (DocumentPair) throws -> Void
  ) throws {
    let (connected, rest) = Self.largestSet(of: &links, members.count)
    guard !rest.isEmpty else { return }
    let order = try order(of: members)
    // What is built over all of them may be larger than memory: then over two parts at a time.
    let entrySize = connected.isEmpty ? 32 : 56
    let bytes = rest.reduce(0) {
      $0 + entrySize * (longPrefix(members[$1]) + shortPrefix(members[$1]))
    }
    let partCount = min(rest.count, max(1, 2 * bytes / max(1, memory)))
    let parts = (0..<partCount).map { part in
      stride(from: part, to: rest.count, by: partCount).map { rest[$0] }
    }
    for (number, part) in parts.enumerated() {
      try search(part, from: connected, members, order, &links, report)
      for other in parts[(number + 1)...] {
        try search(part + other, from: [], members, order, &links, report)
      }
    }
  }

  /// The members of the largest set, where it has two or more, and all others.
  private static func largestSet(
    of links: inout UnionFind, _ count: Int
  ) -> (largest: [Int], rest: [Int]) {
    let roots = (0..<count).map { links.root(of: $0) }
    var sizes = [UInt32](repeating: 0, count: count)
    for root in roots { sizes[root] += 1 }
    let largest = sizes.indices.max { sizes[$0] < sizes[$1] }!
    guard sizes[largest] > 1 else { return ([], Array(0..<count)) }
    return (
      (0..<count).filter { roots[$0] == largest }, (0..<count).filter { roots[$0] != largest }
    )
  }

  private func order(of members: [Member]) throws(FileError) -> ShingleOrder {
    var sample: [SetReader.ShingleSet] = []
    var bytes = 0
    for member in Self.sample(Self.orderSampleCount, of: members) {
      bytes += 48 * members[member].count
      if bytes > memory { break }
      sample.append(try set(of: members[member]))
    }
    return ShingleOrder(of: sample)
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

  /// Goes along similar pairs from member to member: first from the `connected` ones, then from the `chosen` ones that were not reached.
  ///
  /// Whoever is reached is left out of the indexes, so that each entry is met once for every member that is *not* similar to it and
  /// shares its shingle, and once more when it is.
  private func search(
    _ chosen: [Int], from connected: [Int], _ members: [Member], _ order: ShingleOrder,
    _ links: inout UnionFind, _ report: (DocumentPair) throws -> Void
  ) throws {
    var (asLarger, asSmaller) = try indexes(
      of: chosen, members, order, areAlone: connected.isEmpty)
    var isReached = Set<Int>()
    func goOn(from start: [Int]) throws {
      var waiting = start
      while let number = waiting.popLast() {
        func visit(_ other: Int) throws -> Bool {
          if isReached.contains(other) { return true }
          guard try compare(number, other, members, &links, report) else { return false }
          isReached.insert(other)
          waiting.append(other)
          return true
        }
        let member = members[number]
        let shingles = order.first(longPrefix(member), of: try set(of: member).hashes)
        for shingle in shingles { try asSmaller.visit(shingle, visit) }
        for shingle in shingles.prefix(shortPrefix(member)) { try asLarger.visit(shingle, visit) }
      }
    }
    try goOn(from: connected)
    for start in chosen where isReached.insert(start).inserted { try goOn(from: [start]) }
  }

  /// The members by the shingles of their prefixes, as the larger and as the smaller of two.
  ///
  /// - Parameter areAlone: whether they only look for each other: what nobody else has finds nobody then.
  private func indexes(
    of chosen: [Int], _ members: [Member], _ order: ShingleOrder, areAlone: Bool
  ) throws(FileError) -> (asLarger: ShingleIndex, asSmaller: ShingleIndex) {
    var asLarger = ShingleIndex(entryCount: chosen.reduce(0) { $0 + longPrefix(members[$1]) })
    var asSmaller = ShingleIndex(entryCount: chosen.reduce(0) { $0 + shortPrefix(members[$1]) })
    for number in chosen {
      let member = members[number]
      let shingles = order.first(longPrefix(member), of: try set(of: member).hashes)
      asLarger.add(shingles[...], number)
      asSmaller.add(shingles.prefix(shortPrefix(member)), number)
    }
    asLarger.close { _, count in count > 1 || !areAlone }
    asSmaller.close { shingle, _ in asLarger.has(shingle) }
    return (asLarger, asSmaller)
  }
}
