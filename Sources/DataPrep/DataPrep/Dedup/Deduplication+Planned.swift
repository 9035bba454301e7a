import RingProtocol

/// A run as steps of independent commands over a shared folder.
extension Deduplication {
  /// The names of the steps and how many commands each has, for a run in `partitions` parts.
  package func plannedSteps(_ command: StageCommand, partitions: Int) -> [(
    name: String, count: Int
  )] {
    planned(command, partitions: partitions, key: "").steps.map { ($0.name, $0.count) }
  }

  /// Does one command of a planned run; nothing where it is done already.
  ///
  /// - Parameters:
  ///   - command: as for a run in one process, never a dry run.
  ///   - context: `part` is the command's number in its step.
  /// - Throws: `StepError` where there is no such command, or the step before is not done.
  package func perform(
    step name: String, of command: StageCommand, partitions: Int, _ context: StepContext
  ) throws -> StageOutcome? {
    switch try command.open() {
    case .upToDate(let report): return .upToDate(report: report)
    case .ready(let folder):
      let planned = planned(command, partitions: partitions, key: folder.key)
      return try planned.perform(name, folder, context)
    }
  }

  private func planned(_ command: StageCommand, partitions: Int, key: String) -> PlannedRun<
    LeftJudge
  > {
    let state = StepState(
      folder: command.statePath + "/\(partitions)-partitions",
      key: StepState.key(key, tellsDropped: command.dropped != nil))
    let ground = PartedCorpus.planned(corpus, state, partitions: partitions)
    let run = DedupRun(
      ground: ground, modes: plan.modes, keepsNames: command.dropped != nil, isInline: false)
    let stage = PlannedStage(
      command: command, ground: ground,
      makeJudge: { context in
        let reader = try run.reader(of: run.modes, context, memory: context.memory)
        return LeftJudge(reader, names: try run.names().map { .files($0) } ?? .none)
      }, facts: \.facts)
    return PlannedRun(
      stage: stage, before: run.steps, addFacts: { try run.addFacts($0, to: &$1) })
  }
}
