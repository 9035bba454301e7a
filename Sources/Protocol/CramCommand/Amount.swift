/// Numbers as people read them.
public enum Amount {
  /// Three significant figures with a power of 1000: `1.23M`.
  public static func short(_ number: UInt64) -> String {
    var value = Double(number)
    for unit in ["", "K", "M", "B", "T"] {
      if value < 999.5 || unit == "T" {
        return unit.isEmpty
          ? "\(number)" : fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + unit
      }
      value /= 1000
    }
    return "\(number)"
  }

  /// A whole number with thousands set apart: `1,234,567`.
  public static func grouped(_ number: UInt64) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A number with so many decimals.
  public static func fixed(_ number: Double, _ decimals: Int) -> String {
    guard number.isFinite else { return "\(number)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (abs(number) * scale).rounded()
    guard rounded < 0x1p63 else { return "\(number)" }
    let digits = String(UInt64(rounded))
    let sign = number < 0 && rounded > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// A length of time: `8.1 s`, `3 m 20 s`, `2 h 05 m`.
  public static func time(_ seconds: Double) -> String {
    if seconds < 60 { return fixed(seconds, seconds < 10 ? 1 : 0) + " s" }
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 3600 { return "\(whole / 60) m \(padded(whole % 60)) s" }
    return "\(whole / 3600) h \(padded(whole / 60 % 60)) m"
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
