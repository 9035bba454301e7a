import Yams

/// Understands the nodes of a recipe.
struct RecipeReader {
  let path: String

  /// The items of the list that a file is.
  func items(of yaml: String) throws(FilterRecipeError) -> [Node] {
    guard let root = try root(of: yaml) else {
      throw fault(line: 1, "expected a list of presets and rules, found nothing")
    }
    guard case .sequence(let items) = root, !items.isEmpty else {
      throw fault(
        root, "expected a list of presets and rules, each behind a -, found \(kind(root))")
    }
    return Array(items)
  }

  /// The rules of an item.
  func rules(of item: Node) throws(FilterRecipeError) -> [FilterRule] {
    switch item {
    case .scalar(let word): try rules(named: word.string, item)
    case .mapping(let members): try rules(of: members, item)
    default: throw fault(item, "expected a preset or a rule, found \(kind(item))")
    }
  }

  // MARK: Faults

  private func root(of yaml: String) throws(FilterRecipeError) -> Node? {
    do {
      return try Yams.compose(yaml: yaml)
    } catch YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _)
    {
      throw fault(line: mark.line, "no YAML: \(problem)")
    } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
      throw fault(
        line: context.mark.line,
        "\(keys.sorted().joined(separator: ", ")): given twice; expected once")
    } catch {
      throw fault(line: 1, "no YAML: \(error)")
    }
  }

  private func fault(line: Int, _ problem: String) -> FilterRecipeError {
    FilterRecipeError(path: path, line: line, problem: problem)
  }

  private func fault(_ node: Node, _ problem: String) -> FilterRecipeError {
    fault(line: node.mark?.line ?? 1, problem)
  }

  /// What stands there, for people.
  private func kind(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : scalar.string
    case .mapping(let members): members.isEmpty ? "no keys" : "keys with values"
    case .sequence(let items): items.isEmpty ? "an empty list" : "a list"
    case .alias(let alias): "*\(alias.anchor)"
    }
  }

  /// The word or number that stands behind `key`.
  private func word(_ node: Node, of key: String) throws(FilterRecipeError) -> String {
    guard case .scalar(let scalar) = node else {
      throw fault(node, "\(key): expected one word or number, found \(kind(node))")
    }
    return scalar.string
  }

  // MARK: Items

  private func rules(named name: String, _ node: Node) throws(FilterRecipeError) -> [FilterRule] {
    if let preset = FilterPreset(rawValue: name) { return preset.rules }
    guard FilterRule.Kind(rawValue: name) != nil else {
      throw fault(
        node, "\(name): there is no such preset or rule; cram filter --list-rules shows them")
    }
    return [try rule(name, value: nil, node)]
  }

  private func rules(of members: Node.Mapping, _ item: Node) throws(FilterRecipeError)
    -> [FilterRule]
  {
    let keys = members["preset"] == nil ? ["rule", "value"] : ["preset", "thresholds"]
    for (key, _) in members where !keys.contains(key.string ?? "") {
      throw fault(
        key,
        "\(kind(key)): expected \(keys[0]) and \(keys[1])"
          + (members["rule"] == nil && keys[0] == "rule" ? ", or preset and thresholds" : ""))
    }
    if let preset = members["preset"] {
      return try rules(ofPreset: try word(preset, of: "preset"), preset, members["thresholds"])
    }
    guard let name = members["rule"] else {
      throw fault(item, "expected preset or rule, found \(kind(item))")
    }
    let value: String? =
      if let node = members["value"] { try word(node, of: "value") } else { nil }
    return [try rule(try word(name, of: "rule"), value: value, name)]
  }

  private func rule(_ name: String, value: String?, _ node: Node) throws(FilterRecipeError)
    -> FilterRule
  {
    switch try setting(name, value, node) {
    case .on(let rule): return rule
    case .off:
      throw fault(node, "\(name) is off: leave it out; only thresholds of a preset can be off")
    }
  }

  private func setting(_ name: String, _ value: String?, _ node: Node) throws(FilterRecipeError)
    -> RuleSetting
  {
    do throws(FilterRuleError) { return try RuleSetting(name: name, value: value) } catch {
      throw fault(node, error.problem)
    }
  }

  private func rules(ofPreset name: String, _ node: Node, _ thresholds: Node?)
    throws(FilterRecipeError) -> [FilterRule]
  {
    guard let preset = FilterPreset(rawValue: name) else {
      throw fault(node, FilterRuleError.unknownPreset(name).problem)
    }
    var rules = preset.rules
    guard let thresholds else { return rules }
    guard case .mapping(let members) = thresholds else {
      throw fault(
        thresholds,
        "thresholds: expected keys with values, as in too_few_sentences: 3, found \(kind(thresholds))"
      )
    }
    for (key, value) in members {
      let rule = try word(key, of: "thresholds")
      let setting = try setting(rule, try word(value, of: rule), key)
      guard let place = rules.firstIndex(where: { $0.kind == setting.kind }) else {
        throw fault(key, "\(rule): no rule of the preset \(name); expected one of its own")
      }
      switch setting {
      case .on(let rule): rules[place] = rule
      case .off: rules.remove(at: place)
      }
    }
    return rules
  }
}
