import RingProtocol
import TestSupport
import Testing

/// The one schema of what every stage reports.
@Suite struct ReportTests {
  private static let common = [
    "stage", "version", "settings", "input", "output", "dropped", "changed", "seconds",
    "bytes_per_second", "peak_memory_bytes",
  ]

  /// Runs a verb and reads what it wrote and printed.
  private func run(_ verb: String, _ arguments: [String], to folder: String) throws -> JSONValue {
    let result = try Program(verb, arguments + ["--output", folder, "--json"]).wait()
    try #require(result.status == 0, "\(result.errors)")
    var written = try report(folder)
    #expect(written["key"]?.string?.count == 64)
    written["key"] = nil
    var printed = try JSONValue.parse(result.output)
    // The memory of the process may have grown between the two.
    (printed["peak_memory_bytes"], written["peak_memory_bytes"]) = (nil, nil)
    #expect(printed == written)
    return try report(folder)
  }

  private func expectSchema(_ report: JSONValue, _ stage: String) {
    #expect(report.members?.prefix(Self.common.count).map(\.key) == Self.common)
    #expect(report["stage"]?.string == stage)
    #expect(report["version"]?.string == cramVersion)
    #expect(report["settings"]?["format"]?.int != nil)
    #expect((report["seconds"]?.double ?? -1) > 0 && (report["bytes_per_second"]?.double ?? 0) > 0)
    #expect((report["peak_memory_bytes"]?.int ?? 0) > 1 << 20)
    for measure in ["documents", "bytes"] {
      func number(_ side: String) -> Int64 { report[side]?[measure]?.int ?? -1 }
      func sum(_ side: String) -> Int64 {
        (report[side]?.members ?? []).reduce(0) { $0 + ($1.value[measure]?.int ?? -1) }
      }
      let cut = measure == "bytes" ? sum("changed") : 0
      #expect(number("input") > 0)
      #expect(number("input") == number("output") + sum("dropped") + cut)
    }
  }

  @Test func `every stage tells the same figures under the same names`() throws {
    try withTemporaryFolder { folder in
      let corpus = try GeneratedText.file(in: folder)
      let dedup = try run(
        "dedup", [corpus, "--exact", "--line"], to: folder + "/dedup")
      expectSchema(dedup, "dedup")
      let filter = try run(
        "filter", [folder + "/dedup", "--rule", "min-characters=500"], to: folder + "/filter")
      expectSchema(filter, "filter")
      #expect(filter["input"] == dedup["output"] && filter["histograms"]?.array != nil)
      let vocab = try run(
        "vocab", [folder + "/filter", "--size", "200"], to: folder + "/vocab")
      expectSchema(vocab, "vocab")
      #expect(vocab["input"] == filter["output"])
      let tokenize = try run(
        "tokenize", [folder + "/filter", "--tokenizer", folder + "/vocab", "--length", "32"],
        to: folder + "/shards")
      expectSchema(tokenize, "tokenize")
      #expect(tokenize["input"] == filter["output"])
      for output in ["dedup", "filter", "vocab", "shards"] {
        let names = try Folder.entries(of: folder + "/" + output)
        #expect(
          !names.contains { $0 == "state" || $0 == "unfinished.json" || $0.hasSuffix(".tmp") })
      }
    }
  }
}
