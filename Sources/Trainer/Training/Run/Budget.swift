/// How long a run trains: the one number that schedules and ramps are fractions of.
public enum Budget: Equatable, Sendable {
  /// Wall-clock seconds of training; measuring on held-out text and time between runs do not count.
  case seconds(Double)
  case tokens(UInt64)
  case steps(UInt64)

  /// Reads `90s`, `5m`, `24h`, `300K-tokens`, `5B-tokens` or `1000-steps`; nil where the unit is missing, the number is none, or it is zero.
  public init?(_ text: String) {
    if let count = Self.count(text, unit: "-tokens") {
      self = .tokens(count)
    } else if let count = Self.count(text, unit: "-steps") {
      self = .steps(count)
    } else if let seconds = Self.seconds(text) {
      self = .seconds(seconds)
    } else {
      return nil
    }
  }

  /// The share of the budget that is used up; at 1 the run ends. Exact, and the same on every machine, for budgets of tokens and steps.
  public func fraction(seconds: Double, tokens: UInt64, steps: UInt64) -> Double {
    switch self {
    case .seconds(let budget): seconds / budget
    case .tokens(let budget): Double(tokens) / Double(budget)
    case .steps(let budget): Double(steps) / Double(budget)
    }
  }

  /// Whether two budgets count the same thing and this one allows more.
  public func isLarger(than other: Budget) -> Bool {
    switch (self, other) {
    case (.seconds(let own), .seconds(let others)): own > others
    case (.tokens(let own), .tokens(let others)): own > others
    case (.steps(let own), .steps(let others)): own > others
    default: false
    }
  }

  private static func count(_ text: String, unit: String) -> UInt64? {
    guard text.hasSuffix(unit) else { return nil }
    let scales: [Character: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
    var digits = text.dropLast(unit.count)
    guard let last = digits.last else { return nil }
    let scale = scales[last] ?? 1
    if scale > 1 { digits.removeLast() }
    guard let number = decimal(digits), number * scale < 0x1p63 else { return nil }
    let count = (number * scale).rounded()
    return count >= 1 && (scale > 1 || count == number) ? UInt64(count) : nil
  }

  private static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let last = text.last, let unit = units[last], let number = decimal(text.dropLast())
    else { return nil }
    return number > 0 ? number * unit : nil
  }

  private static func decimal(_ text: Substring) -> Double? {
    guard text.first?.isNumber == true,
      text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
    else { return nil }
    return Double(text)
  }
}

extension Budget: CustomStringConvertible {
  /// As it is written on the command line, in its smallest unit: `300s`, `0.5s`, `300000-tokens`.
  public var description: String {
    switch self {
    case .seconds(let seconds): Int(exactly: seconds).map { "\($0)s" } ?? "\(seconds)s"
    case .tokens(let tokens): "\(tokens)-tokens"
    case .steps(let steps): "\(steps)-steps"
    }
  }
}
