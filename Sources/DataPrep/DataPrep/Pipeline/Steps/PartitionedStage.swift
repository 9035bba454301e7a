import RingProtocol

/// A stage whose run can be divided into steps of independent commands over a shared folder.
package protocol PartitionedStage: Sendable {
  /// The steps of a run of `command` in so many partitions, which exchange files in `state`.
  func plan(of command: StageCommand, _ state: StepState, partitions: Int) -> StepPlan
}

extension PartitionedStage {
  /// The names of the steps and how many commands each has, for a run in `partitions` parts.
  package func plannedSteps(_ command: StageCommand, partitions: Int) -> [(
    name: String, count: Int
  )] {
    plan(of: command, partitions: partitions, key: "").steps.map { ($0.name, $0.count) }
  }

  /// Does one command of a planned run. Only the last gives an outcome, and any once the result is finished.
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
      return try command.filling(folder) {
        try plan(of: command, partitions: partitions, key: folder.key)
          .perform(name, of: command, in: folder, context).map(StageOutcome.done)
      }
    }
  }

  private func plan(of command: StageCommand, partitions: Int, key: String) -> StepPlan {
    let state = StepState(
      folder: command.statePath + "/\(partitions)-partitions",
      key: StepState.key(key, tellsDropped: command.dropped != nil))
    return plan(of: command, state, partitions: partitions)
  }
}
