import RingProtocol
import Yams

/// A mix of presets and rules of one's own, read from a YAML file: a list whose items act in their order.
///
///     - preset: gopher-quality
///       thresholds:
///         gopher_below_alpha_threshold: 0.7
///         gopher_too_many_bullets: off
///     - rule: min-characters
///       value: 200
///     - c4
///
/// An item that is a plain word is a preset, or a rule with its default threshold. Thresholds hold for their own item only.
public struct FilterRecipe: Sendable, Equatable {
  /// The rules of all items, in order.
  public private(set) var rules: [FilterRule] = []

  /// Reads a file.
  ///
  /// - Throws: `FilterRecipeError`, which names the line.
  public init(path: String) throws {
    try self.init(yaml: String(decoding: try InputFile.bytes(of: path), as: UTF8.self), path: path)
  }

  /// Reads the text of a file that is called `path`.
  public init(yaml: String, path: String) throws(FilterRecipeError) {
    let reader = RecipeReader(path: path)
    guard case .sequence(let items) = try reader.root(of: yaml), !items.isEmpty else {
      throw FilterRecipeError(path: path, line: 1, problem: "expected a list of presets and rules")
    }
    for item in items { rules += try reader.rules(of: item) }
  }
}

/// Why a recipe cannot be read: the place and what was expected there.
public struct FilterRecipeError: Error, Equatable, CustomStringConvertible {
  public let path: String
  /// From 1.
  public let line: Int
  public let problem: String

  public var description: String { "\(path):\(line): \(problem)" }
}

/// Understands the nodes of a recipe.
private struct RecipeReader {
  let path: String

  func root(of yaml: String) throws(FilterRecipeError) -> Node {
    do {
      if let node = try Yams.compose(yaml: yaml) { return node }
    } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(
      _, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _)
    {
      throw FilterRecipeError(path: path, line: mark.line, problem: "no YAML: \(problem)")
    } catch {
      throw FilterRecipeError(path: path, line: 1, problem: "no YAML: \(error)")
    }
    throw FilterRecipeError(
      path: path, line: 1, problem: "expected a list of presets and rules, found nothing")
  }

  func fault(_ node: Node, _ problem: String) -> FilterRecipeError {
    FilterRecipeError(path: path, line: node.mark?.line ?? 1, problem: problem)
  }

  func rules(of item: Node) throws(FilterRecipeError) -> [FilterRule] {
    switch item {
    case .scalar(let word): try rules(named: word.string, item)
    case .mapping(let members): try rules(of: members, item)
    default: throw fault(item, "expected a preset or a rule")
    }
  }

  private func rules(named name: String, _ node: Node) throws(FilterRecipeError) -> [FilterRule] {
    if let preset = FilterPreset(rawValue: name) { return preset.rules }
    return [try rule(name, value: nil, node)]
  }

  private func rules(of members: Node.Mapping, _ item: Node) throws(FilterRecipeError)
    -> [FilterRule]
  {
    let kind = members["preset"] == nil ? ["rule", "value"] : ["preset", "thresholds"]
    for (key, _) in members where !kind.contains(key.string ?? "") {
      throw fault(
        key, "found \(key.string ?? "no word"), expected preset and thresholds, or rule and value")
    }
    if let preset = members["preset"] {
      return try rules(ofPreset: try word(preset), preset, members["thresholds"])
    }
    guard let name = members["rule"] else { throw fault(item, "expected preset or rule") }
    var value: String?
    if let node = members["value"] { value = try word(node) }
    return [try rule(try word(name), value: value, name)]
  }

  private func word(_ node: Node) throws(FilterRecipeError) -> String {
    guard case .scalar(let scalar) = node else { throw fault(node, "expected one word or number") }
    return scalar.string
  }

  private func rule(_ name: String, value: String?, _ node: Node) throws(FilterRecipeError)
    -> FilterRule
  {
    switch try setting(name, value, node) {
    case .on(let rule): return rule
    case .off:
      throw fault(node, "\(name) is off: leave it out, only thresholds of a preset can be off")
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
      throw fault(thresholds, "expected a threshold for each rule, as in too_few_sentences: 3")
    }
    for (key, value) in members {
      let setting = try setting(try word(key), try word(value), key)
      guard let place = rules.firstIndex(where: { $0.kind == setting.kind }) else {
        throw fault(key, "\(setting.kind.rawValue) is no rule of \(name), or stands here twice")
      }
      switch setting {
      case .on(let rule): rules[place] = rule
      case .off: rules.remove(at: place)
      }
    }
    return rules
  }
}
