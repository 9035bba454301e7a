import RingProtocol

/// Decides which of the documents that meet in bands are as similar as asked for.
///
/// Reads the documents of each band with their shingle sets; those with equal sets are one for all that follows, so that a group
/// of copies costs its size. Everything but the sets of one group is sorted on disk where it does not fit into memory.
struct PairVerifier {
  let threshold: Double
  let memory: Int
  let folder: String

  /// A document in a band, with its set.
  private struct Meeting: ExchangeRecord {
    let key: UInt64
    let entry: SetEntry

    var bucketKey: UInt64 { key }

    static func < (left: Meeting, right: Meeting) -> Bool {
      if left.key != right.key { return left.key < right.key }
      if left.entry.digest != right.entry.digest { return left.entry.digest < right.entry.digest }
      return left.entry.ordinal < right.entry.ordinal
    }
  }

  /// A document in a band, sorted by document.
  private struct Occurrence: ExchangeRecord {
    let ordinal: UInt64
    let key: UInt64

    var bucketKey: UInt64 { ordinal }

    static func < (left: Occurrence, right: Occurrence) -> Bool {
      left.ordinal != right.ordinal ? left.ordinal < right.ordinal : left.key < right.key
    }
  }

  /// Calls `report` with pairs that are similar enough and connect all that is connected by such pairs that share a band.
  ///
  /// - Parameters:
  ///   - meetings: goes through the documents of shared bands, in any order.
  ///   - name: what `SetWriter` wrote the sets of all these documents under, in so many `parts`.
  func forEachPair(
    meetings: (_ body: (BandRecord) throws -> Void) throws -> Void, setsName name: String,
    parts: Int,
    cancellation: CancellationFlag?, _ report: (DocumentPair) throws -> Void
  ) throws {
    let located = try locate(meetings, name, parts)
    var known = try KnownConnections(meetings, memory: memory / 4)
    let sets = try SetReader(folder: folder, name: name, parts: parts, memory: memory / 4)
    let join = SimilarityJoin(threshold: threshold, sets: sets, memory: memory / 4)
    func found(_ pair: DocumentPair) throws {
      known?.join(pair)
      try report(pair)
    }
    var group: [SimilarityJoin.Member] = []
    var last: Meeting?
    try located.sorted().forEach { meeting in
      if let last, last.key != meeting.key {
        try cancellation?.check()
        try join.connect(group, known: known?.numbers(of: group), found)
        group.removeAll(keepingCapacity: true)
      }
      if let last, last.key == meeting.key, last.entry.digest == meeting.entry.digest {
        try found(DocumentPair(last.entry.ordinal, meeting.entry.ordinal))
      } else {
        group.append(
          .init(
            ordinal: meeting.entry.ordinal, place: meeting.entry.place,
            count: Int(meeting.entry.count)))
      }
      last = meeting
    }
    try join.connect(group, known: known?.numbers(of: group), found)
  }

  /// Brings documents of bands and places of sets together: by document, then sorted by band.
  private func locate(
    _ meetings: (_ body: (BandRecord) throws -> Void) throws -> Void, _ name: String,
    _ parts: Int
  ) throws -> ExternalSort<Meeting> {
    let byDocument = ExternalSort<Occurrence>(memory: memory / 4, spillFolder: folder)
    try meetings { try byDocument.add(Occurrence(ordinal: $0.ordinal, key: $0.key)) }
    let entries = RecordStream<SetEntry>(
      paths: (0..<parts).map { RecordBuckets.path(folder, name, $0) })
    let result = ExternalSort<Meeting>(memory: memory / 4, spillFolder: folder)
    var entry = try entries.next()
    try byDocument.sorted().forEach { occurrence in
      while let one = entry, one.ordinal < occurrence.ordinal { entry = try entries.next() }
      guard let one = entry, one.ordinal == occurrence.ordinal else {
        preconditionFailure("no set of document \(occurrence.ordinal)")
      }
      try result.add(Meeting(key: occurrence.key, entry: one))
    }
    return result
  }
}

/// What is connected by the pairs found so far: the same documents meet in several bands, and need not be compared again.
private struct KnownConnections {
  private var documents = DenseOrdinals()
  private var sets: UnionFind

  /// nil where it does not fit into `memory`: then more is compared, and the same comes out.
  init?(_ meetings: (_ body: (BandRecord) throws -> Void) throws -> Void, memory: Int) throws {
    var documents = DenseOrdinals()
    try meetings { documents.include($0.ordinal) }
    documents.close()
    guard documents.count <= min(memory / 4, Int(UInt32.max)) else { return nil }
    self.documents = documents
    sets = UnionFind(count: documents.count)
  }

  mutating func join(_ pair: DocumentPair) {
    sets.join(documents.number(of: pair.first), documents.number(of: pair.second))
  }

  /// For each member a number that it shares with those that it is connected to.
  mutating func numbers(of members: [SimilarityJoin.Member]) -> [Int] {
    members.map { sets.root(of: documents.number(of: $0.ordinal)) }
  }
}
