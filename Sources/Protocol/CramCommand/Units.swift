import ArgumentParser

/// A number of bytes, written `64K`, `4M`, `2G` (powers of 1024) or plainly.
public struct ByteSize: ExpressibleByArgument, Equatable, Sendable {
  public let bytes: UInt64

  public init(bytes: UInt64) {
    self.bytes = bytes
  }

  public init?(argument: String) {
    let units: [Character: Double] = [
      "K": 1024, "M": 1_048_576, "G": 1_073_741_824, "T": 1_099_511_627_776,
    ]
    guard let number = scaled(argument, units: units, unitIsOptional: true) else { return nil }
    bytes = number
  }

  public var defaultValueDescription: String { "\(bytes)" }
}

/// A length of time, written `90s`, `5m`, `24h`.
public struct TimeSpan: ExpressibleByArgument, Equatable, Sendable {
  public let seconds: Double

  public init(seconds: Double) {
    self.seconds = seconds
  }

  public init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let last = argument.last, let unit = units[last],
      let number = decimal(argument.dropLast())
    else { return nil }
    seconds = number * unit
  }

  public var defaultValueDescription: String {
    seconds.truncatingRemainder(dividingBy: 60) == 0 && seconds > 0
      ? "\(Int(seconds / 60))m" : "\(seconds)s"
  }
}

/// A count of things, written `1000`, `200K`, `3M`, `5B` (powers of 1000).
public struct Count: ExpressibleByArgument, Equatable, Sendable {
  public let value: UInt64

  public init(_ value: UInt64) {
    self.value = value
  }

  public init?(argument: String) {
    let units: [Character: Double] = ["K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12]
    guard let number = scaled(argument, units: units, unitIsOptional: true) else { return nil }
    value = number
  }

  public var defaultValueDescription: String { "\(value)" }
}

private func scaled(_ text: String, units: [Character: Double], unitIsOptional: Bool) -> UInt64? {
  if let last = text.last, let unit = units[last] {
    guard let number = decimal(text.dropLast()), number * unit < 0x1p63 else { return nil }
    return UInt64((number * unit).rounded())
  }
  return unitIsOptional && text.allSatisfy(\.isASCII) ? UInt64(text) : nil
}

/// A plain decimal number: digits with at most one point, no sign, no exponent.
private func decimal(_ text: Substring) -> Double? {
  guard let first = text.first, first.isASCII, first.isNumber,
    text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
  else { return nil }
  return Double(text)
}
