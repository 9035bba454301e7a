import RingProtocol

/// What is told of the clusters that were found.
public struct NearSummary: Sendable {
  /// Clusters of two documents and more.
  package var clusters: UInt64 = 0
  /// Their documents, and the bytes of their texts.
  package var members = Tally()
  /// What goes: of each cluster all but one.
  package var dropped = Tally()
  /// The largest clusters, by documents; of equal ones the first in the corpus.
  package var largest: [Cluster] = []
  /// Dropped documents by the similarity to the one that stays, in twentieths, where it was measured.
  package var similarities: [UInt64] = []

  /// A cluster as it is shown.
  package struct Cluster: Sendable {
    package var size: UInt64
    package var bytes: UInt64
    /// The document that stays, and some of the others.
    package var samples: [DocumentHead]
    fileprivate var places: [UInt64]
  }

  static let largestCount = 10
  static let sampleCount = 3

  /// The section of the report.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("clusters", .unsigned(clusters)), .init("clustered", self.members.json),
      .init("largest_clusters", .array(largest.map(Self.json))),
    ]
    if !similarities.isEmpty {
      members.append(
        .init("similarity_to_kept_in_twentieths", .array(similarities.map(JSONValue.unsigned))))
    }
    return .object(members)
  }

  private static func json(_ cluster: Cluster) -> JSONValue {
    [
      "documents": .unsigned(cluster.size), "bytes": .unsigned(cluster.bytes),
      "samples": .array(cluster.samples.map(\.json)),
    ]
  }

  fileprivate mutating func add(_ cluster: Cluster) {
    clusters += 1
    members += Tally(documents: cluster.size, bytes: cluster.bytes)
    guard largest.count < Self.largestCount || cluster.size > largest.last!.size else { return }
    let place = largest.firstIndex { $0.size < cluster.size } ?? largest.endIndex
    largest.insert(cluster, at: place)
    if largest.count > Self.largestCount { largest.removeLast() }
  }

  fileprivate mutating func add(similarity: Double) {
    if similarities.isEmpty { similarities = [UInt64](repeating: 0, count: 21) }
    similarities[Int(similarity * 20)] += 1
  }

  /// Brings the names and beginnings of what is shown.
  fileprivate mutating func readSamples(_ heads: HeadReader) throws(FileError) {
    for index in largest.indices {
      for place in largest[index].places {
        largest[index].samples.append(try heads.head(at: place))
      }
    }
  }
}

/// Makes findings of clusters: who stays, who goes.
struct NearClusters {
  let scheme: NearScheme
  let memory: Int
  let folder: String
  /// Parts in which the corpus was read.
  let parts: Int

  /// A document of a cluster, sorted so that the one that stays comes first.
  private struct Ranked: ExchangeRecord {
    let root: UInt64
    /// 0, or how much shorter than the longest possible text.
    let rank: UInt64
    let facts: DocumentFacts
    /// Where its set lies, where sets were made.
    let setPlace: UInt64
    let setCount: UInt64

    var bucketKey: UInt64 { root }

    static func < (left: Ranked, right: Ranked) -> Bool {
      if left.root != right.root { return left.root < right.root }
      if left.rank != right.rank { return left.rank < right.rank }
      return left.facts < right.facts
    }
  }

  /// Writes `findings` (to be sorted by who reads them) and returns the summary.
  ///
  /// - Parameters:
  ///   - members: goes through the documents of all clusters in reading order.
  ///   - factsName: what `FactsWriter` wrote.
  ///   - setsName: what `SetWriter` wrote; nil where similarities are not known.
  func conclude(
    members: (_ body: (ClusterMember) throws -> Void) throws -> Void, factsName: String,
    setsName: String?, _ findings: (Finding) throws -> Void
  ) throws -> NearSummary {
    let ranked = try rank(members, factsName, setsName)
    let sets = try setsName.map { name throws(FileError) in
      try SetReader(folder: folder, name: name, parts: parts, memory: memory / 4)
    }
    var summary = NearSummary()
    var group: Group?
    try ranked.sorted().forEach { member in
      if let open = group, open.kept.root == member.root {
        let value = try similarity(open.kept, member, sets)
        if let value { summary.add(similarity: value) }
        summary.dropped.add(Int(member.facts.byteCount))
        try findings(
          .drop(member.facts.ordinal, keeper: open.kept.facts.ordinal, value: value))
        group!.add(member)
      } else {
        if let group { summary.add(group.cluster) }
        group = Group(member)
      }
    }
    if let group { summary.add(group.cluster) }
    try summary.readSamples(HeadReader(folder: folder, name: factsName))
    return summary
  }

  /// A cluster while its documents go by.
  private struct Group {
    let kept: Ranked
    var cluster: NearSummary.Cluster

    init(_ first: Ranked) {
      kept = first
      cluster = .init(
        size: 1, bytes: first.facts.byteCount, samples: [], places: [first.facts.place])
    }

    mutating func add(_ member: Ranked) {
      cluster.size += 1
      cluster.bytes += member.facts.byteCount
      if cluster.places.count < NearSummary.sampleCount {
        cluster.places.append(member.facts.place)
      }
    }
  }

  private func similarity(
    _ kept: Ranked, _ other: Ranked, _ sets: SetReader?
  ) throws(FileError) -> Double? {
    guard let sets else { return nil }
    let one = try sets.set(at: kept.setPlace, count: Int(kept.setCount))
    let two = try sets.set(at: other.setPlace, count: Int(other.setCount))
    return Jaccard.similarity(one.hashes, two.hashes)
  }

  private func rank(
    _ members: (_ body: (ClusterMember) throws -> Void) throws -> Void, _ factsName: String,
    _ setsName: String?
  ) throws -> ExternalSort<Ranked> {
    let facts = RecordStream<DocumentFacts>(paths: paths(factsName))
    let sets = setsName.map { RecordStream<SetEntry>(paths: paths($0)) }
    let result = ExternalSort<Ranked>(memory: memory / 4, spillFolder: folder)
    try members { member in
      var one = try facts.next()
      while let found = one, found.ordinal < member.ordinal { one = try facts.next() }
      guard let found = one, found.ordinal == member.ordinal else {
        preconditionFailure("no facts of document \(member.ordinal)")
      }
      var entry = try sets?.next()
      while let found = entry, found.ordinal < member.ordinal { entry = try sets?.next() }
      try result.add(
        Ranked(
          root: member.root, rank: scheme.keepsLongest ? .max - found.byteCount : 0, facts: found,
          setPlace: entry?.place ?? 0, setCount: entry?.count ?? 0))
    }
    return result
  }

  private func paths(_ name: String) -> [String] {
    (0..<parts).map { RecordBuckets.path(folder, name, $0) }
  }
}
