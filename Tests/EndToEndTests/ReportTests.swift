import RingProtocol
import Shards
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

  /// The shards as samples of 32 tokens, and those as sequences of so many that a tail is left.
  private func importedTokens(of folder: String) throws -> JSONValue {
    let exported = try Program.run(
      "inspect", folder + "/shards/train", "--export", "mds", "--output", folder + "/mds")
    try #require(exported.status == 0, "\(exported.errors)")
    let length = 32 * (try Manifest.read(folder + "/shards/train").sequences - 2) - 1
    let imported = try run(
      "import",
      [
        "mds", folder + "/mds", "--tokenizer", folder + "/vocab", "--length", "\(length)",
        "--frame-sequences", "1",
      ],
      to: folder + "/import")
    // Behind one sequence one token of a sample is left, and two samples.
    #expect(imported["dropped"] == ["tail": ["documents": 2, "bytes": 128]])
    #expect(imported["changed"] == ["tail": ["documents": 1, "bytes": 2]])
    #expect(imported["tail_tokens"]?.int == 65)
    return imported
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
      let imported = try importedTokens(of: folder)
      expectSchema(imported, "import")
      let merge = try run(
        "merge", [folder + "/shards/train", folder + "/shards/train"], to: folder + "/merge")
      expectSchema(merge, "merge")
      #expect(merge["tokens"]?.int == 2 * (tokenize["train"]?["tokens"]?.int ?? -1))
      for output in ["dedup", "filter", "vocab", "shards", "import", "merge"] {
        let names = try Folder.entries(of: folder + "/" + output)
        #expect(
          !names.contains { $0 == "state" || $0 == "unfinished.json" || $0.hasSuffix(".tmp") })
      }
    }
  }
}
