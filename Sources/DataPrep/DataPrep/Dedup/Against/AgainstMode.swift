import RingProtocol

/// `--against`: what shares n-grams of words with other text, which is read once and kept in memory.
///
/// A verdict depends on the document alone: it is reached whenever documents are read.
struct AgainstMode: DedupMode {
  let settings: AgainstSettings

  let reading = ModeReading(name: "against", reason: "contaminated", meaning: .nothing)

  func steps(in run: DedupRun) -> [RunStep] { [] }

  func findingsWriters(in run: DedupRun) -> Int { 0 }

  func textJudge(_ context: StepContext) throws -> (any TextJudge)? {
    AgainstJudge(try settings.table.table(context), settings.policy, reading)
  }

  /// Which examples were met.
  func facts(of run: DedupRun, judged: [JSONValue]) throws -> JSONValue? {
    var hits = AgainstHits()
    for facts in judged { hits.add(facts) }
    // Those who have judged had it within their memory.
    return hits.shown(try settings.table.table(StepContext(threads: 1, memory: .max)))
  }
}
