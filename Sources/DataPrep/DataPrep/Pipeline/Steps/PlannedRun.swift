import RingProtocol

/// All steps of a planned run, from the survey to the report.
struct PlannedRun<Judge: DocumentJudge>: Sendable {
  let stage: PlannedStage<Judge>
  /// The steps between the survey and the last look at the documents.
  let before: [RunStep]
  /// Tells what the steps and the judges found beyond the common schema.
  let addFacts: @Sendable ([JSONValue], inout StageReport) throws -> Void

  /// The step whose one command writes the report.
  private static var last: String { "report" }

  private var working: [RunStep] {
    [stage.ground.survey()] + before + [stage.apply(), stage.merge()]
  }

  var steps: [RunStep] {
    working + [RunStep(Self.last, count: 1) { _ in .null }]
  }

  /// Does one command, unless it is done. Only the last gives an outcome.
  func perform(_ name: String, _ folder: OutputFolder, _ context: StepContext) throws
    -> StageOutcome?
  {
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
      try stage.ground.state.perform(step, context)
      return nil
    }
    return .done(try report(folder))
  }

  private func requireDone(_ step: RunStep) throws(StepError) {
    let state = stage.ground.state
    if let part = (0..<step.count).first(where: { !state.isDone(step.name, $0) }) {
      throw .notDone(step: step.name, part: part)
    }
  }

  private func report(_ folder: OutputFolder) throws -> StageReport {
    var report = StageReport(stage: stage.command.stage, settings: stage.command.allSettings)
    try addFacts(try stage.finish(&report), &report)
    (report.seconds, report.peakMemory) = stage.ground.state.expenses(of: working)
    try stage.command.finish(folder, report)
    return report
  }
}
