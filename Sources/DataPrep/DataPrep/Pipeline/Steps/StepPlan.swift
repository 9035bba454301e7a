import RingProtocol

/// The steps of a planned run: some that work, and at the end one whose single command writes the report.
package struct StepPlan: Sendable {
  let state: StepState
  /// What is done before the report.
  let working: [RunStep]
  /// Puts the result together from what the steps have left, and counts into the report.
  let conclude: @Sendable (StepContext, inout StageReport) throws -> Void

  /// The step whose one command writes the report.
  private static var last: String { "report" }

  /// All steps, in order.
  var steps: [RunStep] { working + [RunStep(Self.last, count: 1) { _ in .null }] }

  /// Does one command, unless it is done. Only the last gives a report.
  ///
  /// - Throws: `StepError` where there is no such command, or the step before is not done.
  func perform(
    _ name: String, of command: StageCommand, in folder: OutputFolder, _ context: StepContext
  ) throws -> StageReport? {
    let steps = steps
    guard let place = steps.firstIndex(where: { $0.name == name }) else {
      throw StepError.unknownStep(name, known: steps.map(\.name))
    }
    let step = steps[place]
    guard (0..<step.count).contains(context.part) else {
      throw StepError.noSuchPart(step: name, part: context.part, count: step.count)
    }
    if place > 0 { try requireDone(steps[place - 1]) }
    guard name == Self.last else {
      try state.perform(step, context)
      return nil
    }
    return try report(of: command, in: folder, context)
  }

  private func requireDone(_ step: RunStep) throws(StepError) {
    if let part = (0..<step.count).first(where: { !state.isDone(step.name, $0) }) {
      throw .notDone(step: step.name, part: part)
    }
  }

  private func report(
    of command: StageCommand, in folder: OutputFolder, _ context: StepContext
  ) throws -> StageReport {
    let begin = ContinuousClock.now
    var report = StageReport(stage: command.stage, settings: command.allSettings)
    try conclude(context, &report)
    let before = state.expenses(of: working)
    report.seconds = before.seconds + (ContinuousClock.now - begin) / .seconds(1)
    report.peakMemory = before.peakMemory
    try command.finish(folder, report)
    return report
  }
}
