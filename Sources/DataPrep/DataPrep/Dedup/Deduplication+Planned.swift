import RingProtocol

extension Deduplication: PartitionedStage {
  package func plan(of command: StageCommand, _ state: StepState, partitions: Int) -> StepPlan {
    let run = DedupRun(
      ground: .planned(corpus, state, partitions: partitions), modes: plan.modes,
      keepsNames: command.dropped != nil, isInline: false)
    let stage = PlannedStage(
      command: command, ground: run.ground,
      makeJudge: { context in
        let reader = try run.reader(of: run.modes, context, memory: context.memory)
        return LeftJudge(reader, names: try run.names().map { .files($0) } ?? .none)
      }, facts: \.facts)
    return stage.plan(after: run.steps) { try run.addFacts($0, to: &$1) }
  }
}
