import RingProtocol

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
    for item in try reader.items(of: yaml) { rules += try reader.rules(of: item) }
  }
}

/// Why a recipe cannot be read: the place and what was expected there.
public struct FilterRecipeError: Error, Equatable, CustomStringConvertible {
  public let path: String
  /// From 1.
  public let line: Int
  public let problem: String

  public var description: String { "\(path):\(line): \(problem)".onOneLine }
}
