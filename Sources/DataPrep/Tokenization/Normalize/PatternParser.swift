/// Reads the regular expressions that `Pattern` understands.
struct PatternParser {
  private let scalars: [UInt32]
  private var position = 0

  init(_ expression: String) {
    scalars = expression.unicodeScalars.map(\.value)
  }

  private static func code(_ scalar: Unicode.Scalar) -> UInt32 { scalar.value }

  private var next: UInt32? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar.value else { return false }
    position += 1
    return true
  }

  /// All parts to the end of the expression.
  mutating func items() throws(PatternError) -> [Pattern.Item] {
    var items: [Pattern.Item] = []
    while next != nil {
      var item = Pattern.Item(set: try set())
      (item.minimum, item.maximum) = try repetition()
      items.append(item)
    }
    return items
  }

  private mutating func set() throws(PatternError) -> ScalarSet {
    if take("[") { return try bracket() }
    let scalar = try character(special: "[]().^$|?*+{}&&")
    return ScalarSet(scalar...scalar)
  }

  private mutating func bracket() throws(PatternError) -> ScalarSet {
    let isInverted = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    repeat {
      let low = try character(special: "[]^&-")
      guard take("-") else {
        ranges.append(low...low)
        continue
      }
      let high = try character(special: "[]^&-")
      guard low <= high else { throw PatternError(found: "a range that ends before it begins") }
      ranges.append(low...high)
    } while !take("]")
    return ScalarSet(ranges, isInverted: isInverted)
  }

  /// One character or escape; `special` ones must be escaped.
  private mutating func character(special: String) throws(PatternError) -> UInt32 {
    guard let scalar = next else { throw PatternError(found: "its end inside a part") }
    position += 1
    if scalar == Self.code("\\") { return try escape() }
    guard !special.unicodeScalars.contains(where: { $0.value == scalar }) else {
      throw PatternError(found: "\"\(Unicode.Scalar(scalar)!)\" in a place of its own meaning")
    }
    return scalar
  }

  private mutating func escape() throws(PatternError) -> UInt32 {
    guard let scalar = next else { throw PatternError(found: "its end after a backslash") }
    position += 1
    switch scalar {
    case Self.code("t"): return 0x09
    case Self.code("n"): return 0x0A
    case Self.code("r"): return 0x0D
    case Self.code("x"): return try hexadecimal(digits: 2, below: 0x80)
    case Self.code("u"): return try hexadecimal(digits: 4, below: 0xD800)
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return scalar
    default: throw PatternError(found: "\"\\\(Unicode.Scalar(scalar)!)\"")
    }
  }

  private mutating func hexadecimal(digits: Int, below limit: UInt32) throws(PatternError) -> UInt32
  {
    let text = String(
      String.UnicodeScalarView(
        scalars[position...].prefix(digits).compactMap(Unicode.Scalar.init)))
    guard text.utf8.count == digits, !text.hasPrefix("+"), let value = UInt32(text, radix: 16),
      value < limit || (0xE000..<0x10000).contains(value) && limit == 0xD800
    else { throw PatternError(found: "the escape of \"\(text)\"") }
    position += digits
    return value
  }

  private mutating func repetition() throws(PatternError) -> (minimum: Int, maximum: Int) {
    var bounds = (1, 1)
    switch true {
    case take("?"): bounds = (0, 1)
    case take("*"): bounds = (0, .max)
    case take("+"): bounds = (1, .max)
    case take("{"): bounds = try interval()
    default: return bounds
    }
    guard next.map({ ![0x3F, 0x2A, 0x2B, 0x7B].contains($0) }) ?? true else {
      throw PatternError(found: "a repetition of a repetition")
    }
    return bounds
  }

  /// `n}`, `n,}` or `n,m}`.
  private mutating func interval() throws(PatternError) -> (minimum: Int, maximum: Int) {
    let minimum = try number()
    guard take(",") else {
      guard take("}") else { throw PatternError(found: "an interval without its end") }
      return (minimum, minimum)
    }
    if take("}") { return (minimum, .max) }
    let maximum = try number()
    guard take("}"), minimum <= maximum else { throw PatternError(found: "a wrong interval") }
    return (minimum, maximum)
  }

  private mutating func number() throws(PatternError) -> Int {
    var value = 0
    let start = position
    while let digit = next, (0x30...0x39).contains(digit), value < 100_000 {
      value = value * 10 + Int(digit - 0x30)
      position += 1
    }
    guard position > start else { throw PatternError(found: "an interval without a number") }
    return value
  }
}
