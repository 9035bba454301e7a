import RingProtocol

/// `--near`: documents that share a band of their signatures, or of those the similar ones; one of each cluster stays.
///
/// The steps of `NearSteps` with the files of a run: `near-keys` reads the documents, `near-meet` works on ranges of keys,
/// `near-clusters` concludes; with a threshold `near-sets` reads those that met again and `near-verify` compares them.
struct NearMode: DedupMode {
  let scheme: NearScheme

  let reading = ModeReading(name: "near", reason: "near-duplicate", meaning: .drops)

  private static let meet = "near-meet"
  private static let clusters = "near-clusters"

  /// One command sees all clusters.
  func findingsWriters(in run: DedupRun) -> Int { 1 }

  func steps(in run: DedupRun) -> [RunStep] {
    let near = near(in: run)
    let partitions = run.ground.partitions
    var steps = [
      RunStep(reading: "near-keys", partitions: partitions) { context in
        try writeKeys(near, in: run, context)
        return .null
      },
      RunStep(Self.meet, count: run.ground.buckets) { context in
        try near.meet(
          bucket: context.part, memory: context.memory, cancellation: context.cancellation
        ).json
      },
    ]
    if scheme.threshold != nil {
      steps.append(
        RunStep(reading: "near-sets", partitions: partitions) { context in
          try writeSets(near, in: run, context)
          return .null
        })
      steps.append(
        RunStep("near-verify", count: 1) { context in
          try near.verify(memory: context.memory, cancellation: context.cancellation)
          return .null
        })
    }
    return steps + [RunStep(Self.clusters, count: 1) { try conclude(near, in: run, $0) }]
  }

  private func near(in run: DedupRun) -> NearSteps {
    NearSteps(
      scheme, folder: run.ground.state.folder, parts: run.ground.partitions,
      buckets: run.ground.buckets)
  }

  private func writeKeys(_ near: NearSteps, in run: DedupRun, _ context: StepContext) throws {
    let keys = try NearKeys(near, part: context.part)
    try run.process(
      before: reading.name, context, makeScratch: { keys.makeScratch() },
      work: { scratch, _, documents in
        try keys.work(&scratch) { Self.forEachItem(of: documents, $0) }
      }, collect: { try keys.collect($0) })
    try keys.finish()
  }

  private func writeSets(_ near: NearSteps, in run: DedupRun, _ context: StepContext) throws {
    let sets = try NearSets(near, part: context.part)
    try run.process(
      before: reading.name, context, makeScratch: { sets.makeScratch() },
      work: { scratch, _, documents in
        sets.work(scratch) { Self.forEachItem(of: documents, $0) }
      }, collect: { try sets.collect($0) })
    try sets.finish()
  }

  private static func forEachItem(of documents: [LeftDocument], _ body: (NearKeys.Item) -> Void) {
    for document in documents {
      document.text.withBytes {
        body(.init(ordinal: document.ordinal, document: document.document, text: $0))
      }
    }
  }

  private func conclude(
    _ near: NearSteps, in run: DedupRun, _ context: StepContext
  ) throws -> JSONValue {
    let writer = try run.findingsWriter(reading.name, writer: 0)
    var batch: [Finding] = []
    let summary = try near.findClusters(
      memory: context.memory, cancellation: context.cancellation
    ) { finding in
      batch.append(finding)
      guard batch.count == Self.batchCount else { return }
      try writer.add(batch)
      batch.removeAll(keepingCapacity: true)
    }
    try writer.add(batch)
    try writer.finish()
    return summary.json
  }

  private static let batchCount = 1 << 13

  /// How many groups and pairs share a band, and what `near-clusters` found.
  func facts(of run: DedupRun, judged: [JSONValue]) throws -> JSONValue? {
    let state = run.ground.state
    var bands = BandGroups.Counts()
    for counts in try state.facts(of: Self.meet, count: run.ground.buckets) {
      bands += BandGroups.Counts(counts)
    }
    let summary = try state.facts(Self.clusters, 0)
    return .object([.init("bands", bands.json)] + (summary.members ?? []))
  }
}
