import RingProtocol

/// Finds which documents belong together, by whatever chain of pairs.
///
/// Where a number for each document fits into memory, by union-find. Else by stars on disk (Kiveris et al., SoCC 2014): each
/// document is joined with the smallest of its neighbours, over and over, until every cluster is a star around its first
/// document; each round is two sorts of the pairs. Both give the same.
package struct ConnectedDocuments {
  private let memory: Int
  private let folder: String

  /// - Parameters:
  ///   - memory: bytes for arrays and sorts.
  ///   - folder: where sorts spill.
  package init(memory: Int, folder: String) {
    (self.memory, self.folder) = (memory, folder)
  }

  /// Calls `body` with every document that has a partner, in reading order, and the first document of its cluster.
  ///
  /// - Parameter pairs: goes through all pairs; called more than once.
  package func forEachMember(
    pairs: (_ body: (DocumentPair) throws -> Void) throws -> Void,
    _ body: (ClusterMember) throws -> Void
  ) throws {
    var numbers = DenseOrdinals()
    try pairs {
      numbers.include($0.first)
      numbers.include($0.second)
    }
    numbers.close()
    if numbers.count <= min(memory / 8, Int(UInt32.max)) {
      try searchTable(numbers, pairs, body)
    } else {
      try searchStars(pairs, body)
    }
  }

  // MARK: In memory

  private func searchTable(
    _ numbers: DenseOrdinals, _ pairs: (_ body: (DocumentPair) throws -> Void) throws -> Void,
    _ body: (ClusterMember) throws -> Void
  ) throws {
    var sets = UnionFind(count: numbers.count)
    try pairs { sets.join(numbers.number(of: $0.first), numbers.number(of: $0.second)) }
    var hasPartner = OrdinalSet()
    numbers.forEach { number, ordinal in
      let root = sets.root(of: number)
      guard root != number else { return }
      hasPartner.insert(numbers.ordinal(of: root))
      hasPartner.insert(ordinal)
    }
    try numbers.forEach { number, ordinal in
      guard hasPartner.contains(ordinal) else { return }
      let root = numbers.ordinal(of: sets.root(of: number))
      try body(ClusterMember(ordinal: ordinal, root: root))
    }
  }

  // MARK: On disk

  /// What tells one set of pairs from another, in whatever order they come.
  private struct Fingerprint: Equatable {
    var count = 0
    var sum: UInt64 = 0

    mutating func add(_ pair: DocumentPair) {
      var hasher = pair.first &* 0x9E37_79B9_7F4A_7C15 ^ pair.second
      hasher = (hasher ^ hasher >> 29) &* 0xBF58_476D_1CE4_E5B9
      count += 1
      sum &+= hasher ^ hasher >> 32
    }
  }

  private func searchStars(
    _ pairs: (_ body: (DocumentPair) throws -> Void) throws -> Void,
    _ body: (ClusterMember) throws -> Void
  ) throws {
    var stars = newSort(Arrow.self)
    try pairs { pair in try stars.add(Arrow(from: pair.second, to: pair.first)) }
    var before = Fingerprint()
    while true {
      let large = try largeStar(stars)
      let (small, fingerprint) = try smallStar(large)
      stars = small
      if fingerprint == before { break }
      before = fingerprint
    }
    try report(stars, body)
  }

  private func newSort<Record>(_: Record.Type) -> ExternalSort<Record> {
    ExternalSort(memory: memory / 3, spillFolder: folder)
  }

  /// Joins the greater neighbours of each document with its smallest neighbour.
  private func largeStar(_ arrows: ExternalSort<Arrow>) throws -> ExternalSort<Arrow> {
    let bothWays = newSort(Arrow.self)
    try Self.forEachUnique(arrows) { arrow in
      try bothWays.add(arrow)
      try bothWays.add(Arrow(from: arrow.to, to: arrow.from))
    }
    let result = newSort(Arrow.self)
    try Self.forEachStar(bothWays) { arrow, least in
      if arrow.to > arrow.from { try result.add(Arrow(from: arrow.to, to: least)) }
    }
    return result
  }

  /// Joins the smaller neighbours of each document, and itself, with the smallest of them.
  private func smallStar(_ arrows: ExternalSort<Arrow>) throws -> (ExternalSort<Arrow>, Fingerprint)
  {
    let merged = newSort(Arrow.self)
    try Self.forEachStar(arrows) { arrow, least in
      try merged.add(Arrow(from: arrow.from, to: least))
      if arrow.to != least { try merged.add(Arrow(from: arrow.to, to: least)) }
    }
    let result = newSort(Arrow.self)
    var fingerprint = Fingerprint()
    try Self.forEachUnique(merged) { arrow in
      fingerprint.add(DocumentPair(arrow.from, arrow.to))
      try result.add(arrow)
    }
    return (result, fingerprint)
  }

  private static func forEachUnique(
    _ arrows: ExternalSort<Arrow>, _ body: (Arrow) throws -> Void
  ) throws {
    var last: Arrow?
    try arrows.sorted().forEach { arrow in
      if arrow != last { try body(arrow) }
      last = arrow
    }
  }

  /// Calls `body` with each arrow and the least document among its origin and that one's targets.
  private static func forEachStar(
    _ arrows: ExternalSort<Arrow>, _ body: (Arrow, UInt64) throws -> Void
  ) throws {
    var (origin, least) = (UInt64.max, UInt64.max)
    try forEachUnique(arrows) { arrow in
      // The first target of an origin is its smallest.
      if arrow.from != origin { (origin, least) = (arrow.from, min(arrow.from, arrow.to)) }
      try body(arrow, least)
    }
  }

  private func report(_ stars: ExternalSort<Arrow>, _ body: (ClusterMember) throws -> Void) throws {
    let members = newSort(ClusterMember.self)
    try stars.sorted().forEach { arrow in
      try members.add(ClusterMember(ordinal: arrow.from, root: arrow.to))
      try members.add(ClusterMember(ordinal: arrow.to, root: arrow.to))
    }
    var last: ClusterMember?
    try members.sorted().forEach { member in
      if member != last { try body(member) }
      last = member
    }
  }
}

/// A pair with a direction.
private struct Arrow: ExchangeRecord {
  let from: UInt64
  let to: UInt64

  var bucketKey: UInt64 { from }

  static func < (left: Arrow, right: Arrow) -> Bool {
    left.from != right.from ? left.from < right.from : left.to < right.to
  }
}
