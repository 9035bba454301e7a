/// Why rules cannot be what was written.
public enum FilterRuleError: Error, Equatable, CustomStringConvertible {
  case unknownRule(String)
  case unknownPreset(String)
  case noValue(FilterRule.Kind)
  case badValue(FilterRule.Kind, found: String)
  case givenTwice(FilterRule.Kind)
  case offWithoutPreset(FilterRule.Kind)

  /// As an option of the command line.
  public var description: String {
    switch self {
    case .unknownPreset: "--preset \(problem)".onOneLine
    default: "--rule \(problem)".onOneLine
    }
  }

  /// What was found, what expected.
  var problem: String {
    switch self {
    case .unknownRule(let name):
      "\(name): there is no such rule; --list-rules shows those there are"
    case .unknownPreset(let name):
      "\(name): there is no such preset; expected \(FilterPreset.allCases.map(\.rawValue).joined(separator: ", "))"
    case .noValue(let kind): "\(kind.rawValue): needs a value, as in \(kind.rawValue)=100"
    case .badValue(let kind, let found):
      "\(kind.rawValue)=\(found): expected \(kind.definition.expectation)"
    case .givenTwice(let kind): "\(kind.rawValue): given twice"
    case .offWithoutPreset(let kind):
      "\(kind.rawValue)=off: no preset here holds it, so there is nothing to leave out"
    }
  }
}

extension String {
  /// With control characters, line ends among them, written as escapes.
  var onOneLine: String {
    unicodeScalars.reduce(into: "") { line, scalar in
      if scalar.properties.generalCategory == .control {
        line += scalar.escaped(asASCII: true)
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
  }
}
