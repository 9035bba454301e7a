import DataPrep
import RingProtocol

/// Runs all steps of a planned run in this process: the commands of a step backwards, each twice.
func runPlanned(
  _ stage: some PartitionedStage, _ command: StageCommand, partitions: Int, threads: Int = 2,
  memory: Int = 1 << 20
) throws -> StageReport {
  var last: StageReport?
  for step in stage.plannedSteps(command, partitions: partitions) {
    for part in (0..<step.count).reversed() {
      for _ in 0..<2 {
        let context = StepContext(part: part, threads: threads, memory: memory)
        let outcome = try stage.perform(
          step: step.name, of: command, partitions: partitions, context)
        if case .done(let report) = outcome { last = report }
      }
    }
  }
  guard let last else { throw UnexpectedOutcome() }
  return last
}
