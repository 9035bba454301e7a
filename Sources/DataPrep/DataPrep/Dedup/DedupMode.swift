import RingProtocol

/// One way of telling duplicates. Modes act one after another, each on what the ones before left.
///
/// A mode works in steps (`RunStep`): steps that read the documents as they were left (`DedupRun.process`) and write
/// records, and steps that read the records and write findings (`DedupRun.findingsWriter`).
package protocol DedupMode: Sendable {
  /// How its findings are told and acted on.
  var reading: ModeReading { get }

  /// Its steps, in order. The last of them writes the findings.
  func steps(in run: DedupRun) -> [RunStep]

  /// How many writers of findings its steps have: they are numbered from 0.
  func findingsWriters(in run: DedupRun) -> Int

  /// What the report tells of it under its name, once its steps are done.
  ///
  /// - Parameter judged: what its text judges have met in the last pass, one for each partition.
  func facts(of run: DedupRun, judged: [JSONValue]) throws -> JSONValue?

  /// What reaches its verdicts where they depend on a document alone; nil where they do not.
  ///
  /// Such a mode acts before all others, and has no steps.
  func textJudge(_ context: StepContext) throws -> (any TextJudge)?

  /// How to reach its verdicts while reading, in a local run with memory enough; nil where it cannot.
  var inlineDigester: (any TextDigester)? { get }
}

extension DedupMode {
  package func findingsWriters(in run: DedupRun) -> Int { run.ground.buckets }
  package func facts(of run: DedupRun, judged: [JSONValue]) throws -> JSONValue? { nil }
  package func textJudge(_ context: StepContext) throws -> (any TextJudge)? { nil }
  package var inlineDigester: (any TextDigester)? { nil }
}
