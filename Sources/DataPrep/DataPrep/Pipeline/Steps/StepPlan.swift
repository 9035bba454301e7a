import RingProtocol

/// The steps of a planned run: some that work, and at the end one whose single command writes the report.
struct StepPlan: Sendable {
  let state: StepState
  /// What is done before the report.
  let working: [RunStep]

  /// The step whose one command writes the report.
  private static var last: String { "report" }

  /// All steps, in order.
  var steps: [RunStep] { working + [RunStep(Self.last, count: 1) { _ in .null }] }

  /// The names of the steps and how many commands each has.
  var listed: [(name: String, count: Int)] { steps.map { ($0.name, $0.count) } }

  /// Does one command, unless it is done. Only the last gives an outcome, that of `report`.
  ///
  /// - Throws: `StepError` where there is no such command, or the step before is not done.
  func perform(
    _ name: String, _ context: StepContext, report: () throws -> StageReport
  ) throws -> StageOutcome? {
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
    return .done(try report())
  }

  private func requireDone(_ step: RunStep) throws(StepError) {
    if let part = (0..<step.count).first(where: { !state.isDone(step.name, $0) }) {
      throw .notDone(step: step.name, part: part)
    }
  }
}
