import DataPrep
import RingProtocol
import TestSupport
import Testing

/// The presets: verdicts, values, texts that are changed, histograms.
@Suite struct PresetTests {
  private func texts() throws -> [String] {
    try GoldenFilters.rows("verdicts").map { $0["text"]?.string ?? "" }
  }

  @Test(arguments: ["gopher-quality", "gopher-repetition", "c4", "fineweb"])
  func `verdicts are those of the reference`(preset: String) throws {
    let rows = try GoldenFilters.rows("verdicts")
    try withTemporaryFolder { folder in
      let run = try FilterRun(
        filterPlan(preset), on: writeTexts(try texts(), in: folder), in: folder)
      for (place, row) in rows.enumerated() {
        let text = (preset == "c4" ? row["c4"] : row["text"])?.string
        let reason = row["reasons"]?[preset]?.string
        #expect(run.reasons["\(place)"] == reason, "\(row)")
        #expect(run.texts["\(place)"] == (reason == nil ? text : nil), "\(row)")
      }
      #expect(run.texts.count > 20 && run.reasons.count > 10)
    }
  }

  @Test func `several presets do what one run after the other does`() throws {
    try withTemporaryFolder { folder in
      let path = try writeTexts(try texts(), in: folder)
      var input = path
      for (place, preset) in ["c4", "gopher-repetition", "fineweb"].enumerated() {
        let step = folder + "/\(place)"
        try Folder.create(step)
        _ = try FilterRun(filterPlan(preset), on: input, in: step)
        input = step + "/out"
      }
      let lines = try stageOutput(input).lines
      for threads in [1, 3] {
        let step = folder + "/all-\(threads)"
        try Folder.create(step)
        let all = try FilterRun(
          filterPlan("c4,gopher-repetition,fineweb"), on: path, in: step, threads: threads)
        #expect(all.lines == lines && lines.count > 3)
      }
    }
  }

  @Test func `a changed document keeps its other fields byte for byte`() throws {
    let good = "The first one is here. The second is too. A third one. And a fourth. And a fifth."
    try withTemporaryFolder { folder in
      let path = try writeTexts(["Menu\r\n  \(good)\t\nHome \"x\\y\"\n"], in: folder)
      let run = try FilterRun(filterPlan("c4"), on: path, in: folder)
      #expect(
        run.lines == [
          "{\"n\":1.50, \"id\": \"0\", \"text\": \"\(good)\", \"z\": [\"\\u00e9\", {}]}"
        ])
      // The end of the kept line goes too, since no line follows.
      #expect(
        run.report.changed.mapValues(\.bytes)
          == ["no_terminal_punc": 6, "too_few_words": 11, "white_space": 4])
    }
  }

  @Test func `a text of which nothing is left is dropped for what took most of it`() throws {
    try withTemporaryFolder { folder in
      let path = try writeTexts(["Home\nA menu of many entries\n", ""], in: folder)
      let run = try FilterRun(
        filterPlan(rules: ["too_few_words=3", "no_terminal_punc"]), on: path, in: folder)
      #expect(run.reasons == ["0": "no_terminal_punc"] && run.texts == ["1": ""])
    }
  }

  @Test func `rules alone, thresholds of presets, and rules left out`() throws {
    let texts = try texts()
    try withTemporaryFolder { folder in
      let path = try writeTexts(texts, in: folder)
      func reasons(_ name: String, _ plan: FilterPlan) throws -> [String: String] {
        try Folder.create(folder + "/" + name)
        return try FilterRun(plan, on: path, in: folder + "/" + name).reasons
      }
      let all = try reasons("all", filterPlan("gopher-quality"))
      let alone = try reasons("alone", filterPlan(rules: ["gopher_short_doc"]))
      #expect(alone == all.filter { $0.value == "gopher_short_doc" } && !alone.isEmpty)
      let without = try reasons(
        "off", filterPlan("gopher-quality", rules: ["gopher_short_doc=off"]))
      #expect(!without.values.contains("gopher_short_doc") && !without.isEmpty)
      let strict = try reasons("own", filterPlan("gopher-quality", rules: ["gopher_short_doc=200"]))
      #expect(strict.values.count { $0 == "gopher_short_doc" } > alone.count)
    }
    #expect(throws: FilterRuleError.offWithoutPreset(.curlyBracket)) {
      try filterPlan("fineweb", rules: ["curly_bracket=off"])
    }
  }

  @Test func `dropped documents tell the value that decided`() throws {
    try withTemporaryFolder { folder in
      let path = try writeTexts(
        ["one two three", "# # # # one two three four five six seven eight nine {", ""], in: folder)
      let plan = try filterPlan(
        "gopher-repetition,c4",
        rules: ["top_2_gram=off", "top_3_gram=off", "top_4_gram=off", "no_terminal_punc=off"])
      let run = try FilterRun(plan, on: path, in: folder)
      #expect(run.reasons == ["0": "too_few_sentences", "1": "curly_bracket", "2": "empty"])
      #expect(run.values == ["0": 1, "1": .null, "2": .null])
    }
  }

  @Test func `histograms hold the documents that reached a rule, or all of them`() throws {
    let texts = try texts()
    try withTemporaryFolder { folder in
      let path = try writeTexts(texts, in: folder)
      func run(_ name: String, all: Bool, threads: Int) throws -> FilterRun {
        try Folder.create(folder + "/" + name)
        return try FilterRun(
          filterPlan("gopher-repetition,fineweb"), on: path, in: folder + "/" + name,
          threads: threads, measuresAll: all)
      }
      let reached = try run("reached", all: false, threads: 1)
      let all = try run("all", all: true, threads: 1)
      #expect(reached.reasons == all.reasons && reached.files == all.files)
      #expect(try run("again", all: true, threads: 3).report.extra == all.report.extra)
      func documents(_ run: FilterRun, _ rule: String) -> Int64? {
        run.histogram(rule)?["documents"]?.int
      }
      let last = Int64(reached.texts.count + reached.reasons.values.count { $0 == "list_ratio" })
      #expect(
        documents(reached, "list_ratio") == last
          && documents(all, "list_ratio") == Int64(texts.count))
      for rule in FilterPreset.fineweb.rules.map(\.kind.rawValue) {
        guard let histogram = all.histogram(rule) else { continue }
        let sum = histogram["bins"]?.array?.reduce(0) { $0 + ($1.array?[2].int ?? 0) }
        #expect((sum ?? 0) + (histogram["undefined"]?.int ?? 0) == Int64(texts.count))
      }
    }
  }
}
