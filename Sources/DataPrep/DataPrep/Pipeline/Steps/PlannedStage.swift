import RingProtocol

/// The steps that end a planned run: documents are judged in partitions, their frames put together to parts, and the report is written.
struct PlannedStage<Judge: DocumentJudge>: Sendable {
  let command: StageCommand
  let ground: PartedCorpus
  /// Makes what judges the documents of `context.part`.
  let makeJudge: @Sendable (StepContext) throws -> Judge
  /// What a judge has measured, to be kept until the report.
  let facts: @Sendable (Judge) -> JSONValue

  private var count: Int { ground.partitions }

  /// The whole run: the survey, the steps `before` the last look at the documents, and that look.
  ///
  /// - Parameter addFacts: tells what the steps and the judges found beyond the common schema.
  func plan(
    after before: [RunStep],
    addFacts: @escaping @Sendable ([JSONValue], inout StageReport) throws -> Void
  ) -> StepPlan {
    StepPlan(
      state: ground.state, working: [ground.survey()] + before + [apply(), merge()],
      conclude: { _, report in try addFacts(try finish(&report), &report) })
  }

  /// Judges a partition, and writes its frames end to end and the lines of what it dropped.
  func apply() -> RunStep {
    RunStep(reading: "apply", partitions: count) { context in
      let judge = try makeJudge(context)
      let corpus = try ground.partitioning().part(context.part, of: ground.corpus)
      let stage = DocumentStage(
        corpus: corpus, output: nil, threads: context.threads, cancellation: context.cancellation,
        progress: context.progress)
      let form = BlockForm(
        keepsDocuments: true, tellsDropped: command.dropped != nil,
        compressesDropped: command.dropped.map(DroppedWriter.isCompressed) ?? false)
      var frames: AtomicFile? = try AtomicFile(path: framesPath(context.part))
      var dropped: AtomicFile? = try AtomicFile(path: droppedPath(context.part))
      var sizes: [JSONValue] = []
      let counts = try stage.run(judge, form) { divided in
        try frames!.write(divided.kept ?? [])
        sizes.append(.int(Int64(divided.kept?.count ?? 0)))
        try dropped!.write(divided.dropped ?? [])
      }
      try frames.take()!.commit()
      try dropped.take()!.commit()
      return ["counts": counts.json, "frames": .array(sizes), "facts": facts(judge)]
    }
  }

  /// Puts the frames of all partitions together to parts of the result, a share of them.
  func merge() -> RunStep {
    RunStep("merge", count: count) { context in
      let frames = try frames()
      let perPart = PartWriter.framesPerPart
      let parts = max(1, (frames.count + perPart - 1) / perPart)
      for part in (parts * context.part / count)..<(parts * (context.part + 1) / count) {
        try context.cancellation?.check()
        let range = min(part * perPart, frames.count)..<min((part + 1) * perPart, frames.count)
        try write(part, of: frames[range])
      }
      return .null
    }
  }

  /// Where each frame of the result lies.
  private struct Frame {
    let partition: Int
    let offset: UInt64
    let size: Int
  }

  private func frames() throws -> [Frame] {
    var frames: [Frame] = []
    for (partition, facts) in try ground.state.facts(of: "apply", count: count).enumerated() {
      var offset: UInt64 = 0
      for size in facts["frames"]?.array?.compactMap(\.int) ?? [] {
        frames.append(Frame(partition: partition, offset: offset, size: Int(size)))
        offset += UInt64(size)
      }
    }
    return frames
  }

  private func write(_ part: Int, of frames: ArraySlice<Frame>) throws {
    var file = try AtomicFile(path: command.output + "/" + PartWriter.name(part))
    if frames.isEmpty { try file.write(FrameCompressor().frame(of: [])) }
    for frame in frames {
      let source = try InputFile(framesPath(frame.partition))
      var bytes = [UInt8](repeating: 0, count: frame.size)
      try bytes.withUnsafeMutableBytes { try source.read(at: frame.offset, into: $0) }
      try file.write(bytes)
    }
    try file.commit()
  }

  private func framesPath(_ partition: Int) -> String { ground.state.path("frames-\(partition)") }

  private func droppedPath(_ partition: Int) -> String { ground.state.path("dropped-\(partition)") }

  // MARK: The end

  /// Writes the file of what was dropped, and counts what all partitions counted into `report`; returns what their judges measured.
  func finish(_ report: inout StageReport) throws -> [JSONValue] {
    let all = try ground.state.facts(of: "apply", count: count)
    for facts in all { StageCounts(facts["counts"] ?? .null).add(to: &report) }
    if let path = command.dropped {
      var writer = try DroppedWriter(path: path)
      for partition in 0..<count { try copy(droppedPath(partition), to: &writer) }
      try writer.finish()
    }
    return all.map { $0["facts"] ?? .null }
  }

  private func copy(_ path: String, to writer: inout DroppedWriter) throws {
    let source = try InputFile(path)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let size = try source.read(into: piece)
      if size == 0 { return }
      try writer.append(Array(piece[..<size]))
    }
  }
}
