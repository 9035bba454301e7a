import RingProtocol
import Shards

/// A run as steps of independent commands over a shared folder: parts of the corpus are encoded, one command packs them, and the
/// shards are written by several.
extension TokenizeStage {
  /// The names of the steps and how many commands each has, for a run in `partitions` parts.
  public func plannedSteps(partitions: Int) -> [(name: String, count: Int)] {
    planned(command(overwrite: false), partitions: partitions, key: "").listed
  }

  /// Does one command of a planned run; nothing where it is done already.
  ///
  /// - Parameter context: `part` is the command's number in its step.
  /// - Throws: `StepError` where there is no such command, or the step before is not done.
  package func perform(
    step name: String, partitions: Int, overwrite: Bool, _ context: StepContext
  ) throws -> StageOutcome? {
    let command = command(overwrite: overwrite)
    switch try command.open() {
    case .upToDate(let report): return .upToDate(report: report)
    case .ready(let folder):
      let plan = planned(command, partitions: partitions, key: folder.key)
      return try plan.perform(name, context) { try report(of: plan, command, folder) }
    }
  }

  private func planned(_ command: StageCommand, partitions: Int, key: String) -> StepPlan {
    let state = StepState(
      folder: command.statePath + "/\(partitions)-partitions",
      key: StepState.key(key, tellsDropped: false))
    let ground = PartedCorpus.planned(corpus, state, partitions: partitions)
    let encode = RunStep(reading: "encode", partitions: partitions) { context in
      let part = try ground.partitioning().part(context.part, of: corpus)
      return try packer(part, folder: state.folder, context.progress)
        .spoolPart(context.part).partJSON
    }
    let pack = RunStep("pack", count: 1) { context in
      var packing = Packing()
      var documents: [UInt64] = []
      for facts in try state.facts(of: "encode", count: partitions) {
        let before = packing.documents
        packing.add(part: facts)
        documents.append(packing.documents - before)
      }
      packing.sides = try packer(corpus, folder: state.folder, nil).divide(documents)
      try check(packing)
      try packing.save(to: state.folder)
      return .null
    }
    let shards = RunStep("shards", count: partitions) { context in
      for side in try packing(in: state).sides {
        let writer = writer(of: side, command)
        let count = writer.shardCount(of: side.spool.count)
        let numbers = count * context.part / partitions..<count * (context.part + 1) / partitions
        guard !numbers.isEmpty else { continue }
        try writer.writeShards(
          numbers, of: try source(of: side, label: "\(context.part)"),
          cancellation: cancellation ?? CancellationFlag())
      }
      return .null
    }
    return StepPlan(state: state, working: [ground.survey(), encode, pack, shards])
  }

  /// What the step before has packed.
  private func packing(in state: StepState) throws -> Packing {
    guard let packing = Packing.load(state.folder, blockBytes: blockBytes) else {
      throw StepError.notDone(step: "pack", part: 0)
    }
    return packing
  }

  /// Puts the shards together to datasets: what was written is read and verified once more.
  private func report(
    of plan: StepPlan, _ command: StageCommand, _ folder: OutputFolder
  ) throws -> StageReport {
    let begin = ContinuousClock.now
    var report = StageReport(stage: command.stage, settings: command.allSettings)
    try write(try packing(in: plan.state), command, &report) { _, work in try work() }
    let before = plan.state.expenses(of: plan.working)
    report.seconds = before.seconds + (ContinuousClock.now - begin) / .seconds(1)
    report.peakMemory = max(before.peakMemory, StageReport.peakMemory)
    try command.finish(folder, report)
    return report
  }
}
