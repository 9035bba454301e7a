import DataPrep
import RingProtocol
import Testing

/// Recipes in YAML, and what `--explain` tells.
@Suite struct RecipeTests {
  private func rules(_ yaml: String) throws -> [FilterRule] {
    try FilterRecipe(yaml: yaml, path: "mix.yaml").rules
  }

  @Test func `items act in their order, with their own thresholds`() throws {
    let found = try rules(
      """
      - rule: min-characters
        value: 200   # characters
      - preset: fineweb
        thresholds: {list_ratio: 0.5, no_lines: off}
      - curly_bracket
      - cramming
      - preset: fineweb
      """)
    let fineweb = FilterPreset.fineweb.rules
    #expect(found[0] == FilterRule(.minCharacters, threshold: 200))
    #expect(found[1...4].map(\.kind) == fineweb.dropFirst().map(\.kind))
    #expect(found[4].threshold == 0.5 && found[6] == FilterPreset.cramming.rules[0])
    #expect(found[5] == FilterRule(.curlyBracket, threshold: nil) && Array(found[7...]) == fineweb)
  }

  @Test(arguments: [
    ("", 1), ("- [", 2), ("c4", 1), ("- c4\n- c5", 2), ("- c4\n- rule: min-characters", 2),
    ("- preset: c4\n  thresholds:\n    list_ratio: 1", 3),
    ("- preset: c4\n  thresholds:\n    too_few_words: 1.5", 3), ("- rule: c4", 1),
    ("- preset: c4\n  value: 3", 2), ("- rule: curly_bracket\n  value: off", 1),
    ("- preset: c4\n  thresholds: [1]", 2), ("- {}", 1), ("- c4\n- [c4]", 2), ("- a: b: c", 1),
    ("- c4\n- preset: c4\n  preset: c4", 2), ("- *c4", 1), ("- c4\n---\n- c4", 2),
    ("- c4\n- \"gopher\\nshort\"", 2), ("- rule: list_ratio\n  value: [1]", 2),
    (String(repeating: "[", count: 100_000), 1),
  ])
  func `what cannot be understood is named with its line`(yaml: String, line: Int) {
    let error = #expect(throws: FilterRecipeError.self) { try rules(yaml) }
    #expect(error?.line == line && error?.path == "mix.yaml", "\(String(describing: error))")
    #expect(error.map { !"\($0)".contains("\n") } == true)
  }

  @Test func `the command line sets thresholds of a recipe`() throws {
    var plan = FilterPlan()
    try plan.add(rule: "list_ratio=0.4")
    plan.add(try FilterRecipe(yaml: "- fineweb\n- rule: list_ratio\n  value: 0.6", path: ""))
    try plan.add(rule: "no_lines=off")
    try plan.verify()
    #expect(plan.rules.filter { $0.kind == .list }.map(\.threshold) == [0.4, 0.4])
    #expect(!plan.rules.contains { $0.kind == .noLines })
  }

  @Test func `an explanation tells every quantity and every line that goes`() throws {
    let text = "Home\nIt is a fine day today.[3] It is.\nUse cookies here, please do.\n"
    let found = try explain(text, try filterPlan("gopher-quality,c4,fineweb"))
    #expect(found["reason"] == "gopher_short_doc" && found["id"] == "0")
    let short = found.finding("gopher_short_doc")
    #expect(short?["count"] == 14 && short?["drops"] == true && short?["threshold"] == 50)
    let letters = found.finding("gopher_below_alpha_threshold")
    #expect(
      letters?["value"]?.double == Double(letters?["count"]?.int ?? 0)
        / Double(letters?["total"]?.int ?? 0))
    let edit = found["findings"]?.array?.first { $0["lines"] != nil }
    #expect(edit?["drops"] == "too_few_sentences" && edit?["sentences"] == 2)
    let lines = edit?["lines"]?.array ?? []
    #expect(lines.map { $0["line"] } == [1, 2, 3])
    #expect(lines.map { $0["reason"] } == ["no_terminal_punc", .null, "policy"])
    #expect(found.finding("line_punct_ratio")?["count"] == 2)
  }

  @Test func `a document that is not there cannot be explained`() throws {
    #expect(throws: FilterError.noSuchDocument(name: "0")) {
      let filtering = Filtering(
        plan: try filterPlan("c4"), corpus: try Corpus(CorpusInputs(paths: ["/dev/null"])),
        tokenizer: nil, seed: 0)
      return try filtering.explain("0", threads: 1)
    }
  }
}
