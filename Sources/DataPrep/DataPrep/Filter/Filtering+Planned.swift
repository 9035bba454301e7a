import RingProtocol
import Tokenization

extension Filtering: PartitionedStage {
  package func plan(of command: StageCommand, _ state: StepState, partitions: Int) -> StepPlan {
    let training = trainsItself ? [training(on: corpus, command)] : []
    let stage = PlannedStage(
      command: command, ground: .planned(corpus, state, partitions: partitions),
      makeJudge: { _ in
        let path = plan.needsTokenizer ? tokenizerPath ?? Self.tokenizerPath(command) : nil
        let tokenizer = try path.map { path throws(TokenizerError) in try Tokenizer.load(path) }
        return DocumentFilter(plan, tokenizer: tokenizer, measuresAll: measuresAll)
      }, facts: { $0.histogramReport })
    return stage.plan(after: training) { histograms, report in
      if let step = training.first { report.add("tokenizer", try state.facts(step.name, 0)) }
      report.add("histograms", Self.sum(histograms))
    }
  }

  /// The histograms of all partitions in one: the same rules, bin by bin.
  private static func sum(_ all: [JSONValue]) -> JSONValue {
    guard let first = all.first?.array else { return [] }
    return .array(first.indices.map { rule in merged(all.compactMap { $0.array?[rule] }) })
  }

  private static func merged(_ histograms: [JSONValue]) -> JSONValue {
    var sum = histograms[0]
    for key in ["documents", "undefined"] {
      replace(key, in: &sum, with: .int(histograms.reduce(0) { $0 + ($1[key]?.int ?? 0) }))
    }
    replace("bins", in: &sum, with: .array(bins(histograms)))
    return sum
  }

  private static func bins(_ histograms: [JSONValue]) -> [JSONValue] {
    var counts: [Double: (bin: [JSONValue], count: Int64)] = [:]
    for bin in histograms.flatMap({ $0["bins"]?.array ?? [] }).compactMap(\.array) {
      counts[bin[0].double ?? 0, default: (bin, 0)].count += bin[2].int ?? 0
    }
    return counts.sorted { $0.key < $1.key }.map {
      [$0.value.bin[0], $0.value.bin[1], .int($0.value.count)]
    }
  }

  /// Keeps the place of the member.
  private static func replace(_ key: String, in object: inout JSONValue, with value: JSONValue) {
    let members = object.members ?? []
    object = .object(members.map { $0.key == key ? .init(key, value) : $0 })
  }
}
