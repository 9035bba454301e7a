import RingProtocol

/// The search for near duplicates, as steps that write files into one folder.
///
/// `NearKeys` writes the bands of every document, `meet` finds who shares one, `findClusters` who belongs together and who goes. With a
/// threshold `NearSets` writes the shingles of the documents that met someone, and `verify` compares them. Steps of `NearKeys` and
/// `NearSets` have a command for each part of the corpus, `meet` one for each range of keys. All give the same for any number of
/// parts, ranges and threads, and for any memory.
package struct NearSteps: Sendable {
  package let scheme: NearScheme
  /// The folder for the steps' files; it exists.
  package let folder: String
  /// Parts of the corpus.
  package let parts: Int
  /// Ranges of keys.
  package let buckets: Int

  package init(_ scheme: NearScheme, folder: String, parts: Int, buckets: Int) {
    (self.scheme, self.folder) = (scheme, folder)
    (self.parts, self.buckets) = (parts, buckets)
  }

  static let bands = "near-bands"
  static let facts = "near-facts"
  static let sets = "near-sets"
  private static let meetings = "near-meetings"
  private static let pairs = "near-pairs"

  // MARK: Bands

  /// Finds the documents of a range of keys that share a band.
  package func meet(
    bucket: Int, memory: Int, cancellation: CancellationFlag? = nil
  ) throws -> BandGroups.Counts {
    // Those that are verified are written as they are, others as pairs with the first of their band.
    let isVerified = scheme.threshold != nil
    let pairs = try isVerified ? nil : pairsWriter(bucket)
    let meetings = try isVerified ? meetingsWriter(bucket) : nil
    let groups = BandGroups(memory: memory, folder: folder, cancellation: cancellation)
    let counts = try groups.forEachMeeting(
      of: (0..<parts).map { RecordBuckets.path(folder, "\(Self.bands)-\($0)", bucket) }
    ) { record, first in
      try meetings?.append(record)
      if record.ordinal != first { try pairs?.append(DocumentPair(first, record.ordinal)) }
    }
    try pairs?.finish()
    try meetings?.finish()
    return counts
  }

  private func pairsWriter(_ part: Int) throws(FileError) -> RecordAppender<DocumentPair> {
    try RecordAppender(path: RecordBuckets.path(folder, Self.pairs, part))
  }

  private func meetingsWriter(_ part: Int) throws(FileError) -> RecordAppender<BandRecord> {
    try RecordAppender(path: RecordBuckets.path(folder, Self.meetings, part))
  }

  private func forEachMeeting(_ body: (BandRecord) throws -> Void) throws {
    try RecordStream<BandRecord>(paths: paths(Self.meetings, buckets)).forEach(body)
  }

  private func paths(_ name: String, _ count: Int) -> [String] {
    (0..<count).map { RecordBuckets.path(folder, name, $0) }
  }

  // MARK: True similarity

  /// The documents that met another one.
  package func documentsThatMet() throws -> OrdinalSet {
    var all = OrdinalSet()
    try forEachMeeting { all.insert($0.ordinal) }
    return all
  }

  /// Writes the pairs that are similar enough.
  package func verify(memory: Int, cancellation: CancellationFlag?) throws {
    let pairs = try pairsWriter(0)
    let verifier = PairVerifier(threshold: scheme.threshold ?? 0, memory: memory, folder: folder)
    try verifier.forEachPair(
      meetings: forEachMeeting, setsName: Self.sets, parts: parts, cancellation: cancellation
    ) { try pairs.append($0) }
    try pairs.finish()
  }

  // MARK: Clusters

  /// Tells who goes, in no order, and of the clusters.
  package func findClusters(
    memory: Int, cancellation: CancellationFlag?, _ findings: (Finding) throws -> Void
  ) throws -> NearSummary {
    let connected = ConnectedDocuments(memory: memory / 2, folder: folder)
    let clusters = NearClusters(scheme: scheme, memory: memory / 2, folder: folder, parts: parts)
    let pairs = paths(Self.pairs, scheme.threshold == nil ? buckets : 1)
    return try clusters.conclude(
      members: { body in
        try connected.forEachMember(
          pairs: { pair in
            try cancellation?.check()
            try RecordStream<DocumentPair>(paths: pairs).forEach(pair)
          }, body)
      },
      factsName: Self.facts, setsName: scheme.threshold == nil ? nil : Self.sets, findings)
  }
}
