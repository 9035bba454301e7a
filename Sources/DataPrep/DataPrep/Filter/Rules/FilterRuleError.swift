/// Why rules cannot be what was written.
public enum FilterRuleError: Error, Equatable, CustomStringConvertible {
  case unknownRule(String)
  case unknownPreset(String)
  case noValue(FilterRule.Kind)
  case badValue(FilterRule.Kind, found: String)
  case givenTwice(FilterRule.Kind)
  case offWithoutPreset(FilterRule.Kind)

  public var description: String {
    switch self {
    case .unknownRule(let name):
      "--rule \(name): there is no such rule; --list-rules shows those there are"
    case .unknownPreset(let name):
      "--preset \(name): there is no such preset; expected \(FilterPreset.allCases.map(\.rawValue).joined(separator: ", "))"
    case .noValue(let kind): "--rule \(kind.rawValue): needs a value, as in \(kind.rawValue)=100"
    case .badValue(let kind, let found):
      "--rule \(kind.rawValue)=\(found): expected \(kind.definition.expectation)"
    case .givenTwice(let kind): "--rule \(kind.rawValue): given twice"
    case .offWithoutPreset(let kind):
      "--rule \(kind.rawValue)=off: no preset here holds it, so there is nothing to leave out"
    }
  }
}
