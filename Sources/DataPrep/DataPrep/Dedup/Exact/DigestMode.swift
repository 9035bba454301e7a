import RingProtocol

/// Texts, or units of texts, that share a digest: one stays.
///
/// The step `keys` writes a digest for each text or unit, the step `reduce` sorts them and tells which go.
struct DigestMode: DedupMode {
  let reading: ModeReading
  let digester: any TextDigester
  /// Of units always the first.
  let keep: Keep

  /// `--exact`.
  static func exact(_ settings: ExactSettings, keep: Keep) -> DigestMode {
    DigestMode(
      reading: ModeReading(name: "exact", reason: "exact-duplicate", meaning: .drops),
      digester: ExactDigester(settings), keep: keep)
  }

  /// `--paragraph` or `--line`.
  static func units(_ units: TextUnits) -> DigestMode {
    DigestMode(
      reading: ModeReading(
        name: units.rawValue, reason: units.rawValue + "-duplicate", meaning: .units(units)),
      digester: UnitDigester(units: units), keep: .first)
  }

  var inlineDigester: (any TextDigester)? { keep == .first ? digester : nil }

  func steps(in run: DedupRun) -> [RunStep] {
    [
      RunStep(reading: "\(reading.name)-keys", partitions: run.ground.partitions) { context in
        try writeKeys(in: run, context)
        return .null
      },
      RunStep("\(reading.name)-reduce", count: run.ground.buckets) { context in
        ["found": .int(try reduce(in: run, context))]
      },
    ]
  }

  private func keysName(_ partition: Int) -> String { "\(reading.name)-keys-\(partition)" }

  private func writeKeys(in run: DedupRun, _ context: StepContext) throws {
    let writer = try RecordWriter<DigestRecord>(
      folder: run.ground.state.folder, name: keysName(context.part), buckets: run.ground.buckets)
    try run.process(
      before: reading.name, context, makeScratch: { DigestScratch() },
      work: { scratch, _, documents in
        var records: [DigestRecord] = []
        for document in documents { append(document, to: &records, &scratch) }
        try writer.add(records)
      }, collect: { _ in })
    try writer.finish()
  }

  private func append(
    _ document: LeftDocument, to records: inout [DigestRecord], _ scratch: inout DigestScratch
  ) {
    let rank = keep == .longest ? UInt64.max - UInt64(document.text.count) : 0
    document.text.withBytes { text in
      digester.forEachDigest(of: text, &scratch) { digest, place in
        records.append(
          digester.isOfUnits
            ? DigestRecord(digest: digest, major: document.ordinal, minor: UInt64(place))
            : DigestRecord(digest: digest, major: rank, minor: document.ordinal))
      }
    }
  }

  /// Tells of the digests of one bucket which documents or units go, and how many.
  private func reduce(in run: DedupRun, _ context: StepContext) throws -> Int64 {
    let folder = run.ground.state.folder
    let sort = ExternalSort<DigestRecord>(memory: context.memory, spillFolder: folder)
    for partition in 0..<run.ground.partitions {
      try sort.add(contentsOf: RecordBuckets.path(folder, keysName(partition), context.part))
    }
    let writer = try run.findingsWriter(reading.name, writer: context.part)
    var found: [Finding] = []
    var count: Int64 = 0
    var first: DigestRecord?
    try sort.sorted().forEach { record in
      guard let keeper = first, keeper.digest == record.digest else {
        first = record
        return
      }
      found.append(finding(record, keeper: keeper))
      count += 1
      guard found.count == Self.batch else { return }
      try context.cancellation?.check()
      try writer.add(found)
      found.removeAll(keepingCapacity: true)
    }
    try writer.add(found)
    try writer.finish()
    return count
  }

  private static let batch = 1 << 14

  private func finding(_ record: DigestRecord, keeper: DigestRecord) -> Finding {
    digester.isOfUnits
      ? Finding(ordinal: record.major, first: record.minor, second: 0)
      : .drop(record.minor, keeper: keeper.minor)
  }
}
