import DataPrep
import RingProtocol
import TestSupport
import Testing

/// What scripts/golden-filters laid down: what datatrove does with texts made for it.
enum GoldenFilters {
  static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Golden/filters"

  static func rows(_ name: String) throws -> [JSONValue] {
    try storedLines("\(folder)/\(name).jsonl").map { try JSONValue.parse(Array($0.utf8)) }
  }
}

/// Writes texts as documents called by their places, each with two more fields.
func writeTexts(_ texts: [String], in folder: String) throws -> String {
  try writeLines(
    texts.enumerated().map { place, text in
      "{\"n\":1.50, \"id\": \"\(place)\", \"text\": \(text.json), \"z\": [\"\\u00e9\", {}]}"
    }, in: folder)
}

/// The words and sentences of texts, by `cram filter --words`.
func listWords(_ texts: [String], threads: Int = 1) throws -> [(
  words: [String], sentences: [Int64]
)] {
  try withTemporaryFolder { folder in
    let corpus = try Corpus(CorpusInputs(paths: [try writeTexts(texts, in: folder)]))
    try WordListing(corpus: corpus, threads: threads).write(to: folder + "/words.jsonl")
    return try storedLines(folder + "/words.jsonl").map { line in
      let row = try JSONValue.parse(Array(line.utf8))
      return (
        row["words"]?.array?.compactMap(\.string) ?? [],
        row["sentences"]?.array?.compactMap(\.int) ?? []
      )
    }
  }
}

/// A plan of what `--preset` and `--rule` say.
func filterPlan(_ presets: String? = nil, rules: [String] = []) throws -> FilterPlan {
  var plan = FilterPlan()
  if let presets { try plan.add(presets: presets) }
  for rule in rules { try plan.add(rule: rule) }
  try plan.verify()
  return plan
}

/// What a run of the filter left and dropped.
struct FilterRun {
  var report: StageReport
  /// By the document's id.
  var texts: [String: String] = [:]
  var lines: [String] = []
  var files: [[UInt8]] = []
  /// By the document's id.
  var reasons: [String: String] = [:]
  var values: [String: JSONValue] = [:]

  /// The histogram of a rule.
  func histogram(_ rule: String) -> JSONValue? {
    report.extra.first { $0.key == "histograms" }?.value.array?.first {
      $0["rule"]?.string == rule
    }
  }

  init(
    _ plan: FilterPlan, on path: String, in folder: String, threads: Int = 2,
    measuresAll: Bool = false
  ) throws {
    var filtering = Filtering(
      plan: plan, corpus: try Corpus(CorpusInputs(paths: [path])), tokenizer: nil, seed: 0)
    filtering.measuresAll = measuresAll
    let command = try filtering.command(output: folder + "/out", dropped: folder + "/dropped.jsonl")
    report = try filtering.perform(command, threads: threads).report()
    expectAccounts(report)
    (lines, files) = try stageOutput(folder + "/out")
    for line in lines {
      let row = try JSONValue.parse(Array(line.utf8))
      texts[row["id"]?.string ?? ""] = row["text"]?.string
    }
    for line in try storedLines(folder + "/dropped.jsonl") {
      let row = try JSONValue.parse(Array(line.utf8))
      let id = row["id"]?.string ?? ""
      reasons[id] = row["dropped"]?["reason"]?.string
      values[id] = row["dropped"]?["value"]
    }
  }
}

/// What `--explain` tells of one text: the findings of rules that measure, by rule.
func explain(_ text: String, _ plan: FilterPlan) throws -> JSONValue {
  try withTemporaryFolder { folder in
    let path = try writeTexts([text], in: folder)
    let filtering = Filtering(
      plan: plan, corpus: try Corpus(CorpusInputs(paths: [path])), tokenizer: nil, seed: 0)
    return try filtering.explain("0", threads: 1)[0].json
  }
}

extension JSONValue {
  /// The finding of a rule.
  func finding(_ rule: String) -> JSONValue? {
    self["findings"]?.array?.first { $0["rule"]?.string == rule }
  }
}
