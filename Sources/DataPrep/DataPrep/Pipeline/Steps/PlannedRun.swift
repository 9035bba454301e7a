import RingProtocol

/// All steps of a planned run, from the survey to the report.
struct PlannedRun<Judge: DocumentJudge>: Sendable {
  let stage: PlannedStage<Judge>
  /// The steps between the survey and the last look at the documents.
  let before: [RunStep]
  /// Tells what the steps and the judges found beyond the common schema.
  let addFacts: @Sendable ([JSONValue], inout StageReport) throws -> Void

  private var plan: StepPlan {
    StepPlan(
      state: stage.ground.state,
      working: [stage.ground.survey()] + before + [stage.apply(), stage.merge()])
  }

  var steps: [RunStep] { plan.steps }

  /// Does one command, unless it is done. Only the last gives an outcome.
  func perform(_ name: String, _ folder: OutputFolder, _ context: StepContext) throws
    -> StageOutcome?
  {
    try plan.perform(name, context) { try report(folder) }
  }

  private func report(_ folder: OutputFolder) throws -> StageReport {
    var report = StageReport(stage: stage.command.stage, settings: stage.command.allSettings)
    try addFacts(try stage.finish(&report), &report)
    (report.seconds, report.peakMemory) = stage.ground.state.expenses(of: plan.working)
    try stage.command.finish(folder, report)
    return report
  }
}
