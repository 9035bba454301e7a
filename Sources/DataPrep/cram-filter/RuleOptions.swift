import CramCommand
import DataPrep
import RingProtocol

/// Which rules act.
struct RuleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Named rows of rules: cramming, gopher-quality, gopher-repetition, c4, fineweb.",
      valueName: "name,…"),
    transform: OrderedArgument.init)
  var preset: [OrderedArgument] = []

  @Option(
    help: ArgumentHelp(
      "A rule; or for a rule of a preset another threshold, or off.", valueName: "name[=value]"),
    transform: OrderedArgument.init)
  var rule: [OrderedArgument] = []

  @Option(
    help: ArgumentHelp("A YAML file with a list of presets and rules.", valueName: "file"),
    transform: OrderedArgument.init)
  var recipe: [OrderedArgument] = []

  @Option(
    help: ArgumentHelp(
      "What counts tokens: a tokenizer.json or a folder with one.", valueName: "path"))
  var tokenizer: String?

  /// The rules in the order of the command line.
  func plan() throws -> FilterPlan {
    let all = ordered
    guard !all.isEmpty else {
      throw UsageError("no rules: give --preset, --rule or --recipe, or see --list-rules")
    }
    var plan = FilterPlan()
    do {
      for (argument, kind) in all {
        try add(argument.text, kind, to: &plan)
      }
      try plan.verify()
    } catch let error as FilterRuleError {
      throw UsageError("\(error)")
    }
    guard !plan.rules.isEmpty else { throw UsageError("no rule is left on") }
    guard tokenizer == nil || plan.needsTokenizer else {
      throw UsageError("--tokenizer: none of the rules counts tokens")
    }
    return plan
  }

  private enum Kind: String { case preset, rule, recipe }

  /// What was given, in the order of the command line.
  private var ordered: [(argument: OrderedArgument, kind: Kind)] {
    let all =
      preset.map { ($0, Kind.preset) } + rule.map { ($0, .rule) } + recipe.map { ($0, .recipe) }
    return all.sorted { $0.0.place < $1.0.place }
  }

  /// The same options for a planned command.
  var plannedArguments: [String] {
    let rules = ordered.flatMap { argument, kind in
      ["--\(kind.rawValue)", kind == .recipe ? Folder.absolute(argument.text) : argument.text]
    }
    return rules + (tokenizer.map { ["--tokenizer", Folder.absolute($0)] } ?? [])
  }

  private func add(_ text: String, _ kind: Kind, to plan: inout FilterPlan) throws {
    switch kind {
    case .preset: try plan.add(presets: text)
    case .rule: try plan.add(rule: text)
    case .recipe: plan.add(try FilterRecipe(path: text))
    }
  }
}
