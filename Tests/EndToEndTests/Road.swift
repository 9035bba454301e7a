import RingProtocol
import TestSupport
import Testing

/// The stages from generated text to shards, run once in a folder.
struct Road {
  let folder: String
  let corpus: String

  var dedup: String { folder + "/dedup" }
  var filter: String { folder + "/filter" }
  var vocabulary: String { folder + "/vocabulary" }
  var shards: String { folder + "/shards" }

  /// Makes shards in `folder`; every stage has to succeed.
  init(in folder: String, documents: Int = 300) throws {
    self.folder = folder
    try Folder.create(folder)
    corpus = try GeneratedText.file(in: folder, count: documents)
    try run("dedup", corpus, "--exact", "--output", dedup)
    try run("filter", dedup, "--rule", "min-characters=100", "--output", filter)
    try run("vocab", filter, "--size", "200", "--output", vocabulary)
    try run(
      "tokenize", filter, "--tokenizer", vocabulary, "--heldout", "0.1", "--frame-sequences", "64",
      "--output", shards)
  }

  /// The arguments of a training run of a very small model.
  func training(_ run: String, budget: String, _ more: String...) -> [String] {
    [
      "--shards", shards, "--output", run, "--model", "crammed-bert-tiny", "--layers", "1",
      "--hidden",
      "32", "--heads", "2", "--intermediate", "64", "--batch", "8", "--budget", budget,
    ] + more
  }

  @discardableResult
  func run(_ verb: String, _ arguments: String...) throws -> Program.Result {
    let result = try Program(verb, arguments).wait()
    try #require(result.status == 0, "cram \(verb): \(result.errors)")
    return result
  }
}

/// The report of a stage's folder.
func report(_ folder: String) throws -> JSONValue {
  try JSONValue.read(folder + "/report.json")
}

/// The lines of a run's metrics.
func metrics(_ run: String) throws -> [JSONValue] {
  let bytes = try InputFile.bytes(of: run + "/metrics.jsonl")
  return try bytes.split(separator: UInt8(ascii: "\n")).map { try JSONValue.parse(Array($0)) }
}
