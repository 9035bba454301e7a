import Glibc

/// One direction of a chart: which numbers it shows, and where.
public struct Axis: Sendable {
  /// How numbers are laid out.
  public enum Scale: Sendable { case linear, logarithmic }

  public let title: String
  public let scale: Scale
  /// The numbers at its two ends; on a logarithmic axis above 0.
  public let range: ClosedRange<Double>
  /// Whether there is nothing between whole numbers.
  let isCount: Bool
  /// Puts the number of a tick into words.
  let label: @Sendable (Double) -> String

  /// - Parameters:
  ///   - values: what has to find room; on a logarithmic axis numbers above 0.
  ///   - fromZero: whether a linear axis begins at 0.
  ///   - isExact: whether it ends at the outermost values, and not at the next round numbers.
  ///   - isCount: whether there is nothing between whole numbers.
  ///   - span: what it shows at least, so that noise does not fill it.
  public init(
    _ title: String, _ scale: Scale = .linear, over values: [Double], fromZero: Bool = false,
    isExact: Bool = false, isCount: Bool = false, span: Double = 0,
    label: (@Sendable (Double) -> String)? = nil
  ) {
    self.title = title
    self.scale = scale
    self.isCount = isCount
    var finite = values.filter(\.isFinite)
    if let low = finite.min(), let high = finite.max(), high - low < span {
      finite += [(low + high - span) / 2, (low + high + span) / 2]
    }
    let range = Self.range(
      of: finite, scale, fromZero: fromZero, isExact: isExact, isCount: isCount)
    let step = Self.step(range, isCount: isCount)
    self.range = range
    self.label = label ?? { Self.plain($0, step: scale == .linear ? step : nil) }
  }

  private static func range(
    of values: [Double], _ scale: Scale, fromZero: Bool, isExact: Bool,
    isCount: Bool
  ) -> ClosedRange<Double> {
    guard var low = values.min(), var high = values.max() else { return 0...1 }
    guard scale == .linear else {
      low = max(low, 1e-300)
      return low...max(high, low * 10)
    }
    if fromZero { (low, high) = (min(low, 0), max(high, 0)) }
    if low == high {
      (low, high) = (low - max(abs(low) * 0.05, 0.5), high + max(abs(high) * 0.05, 0.5))
    }
    if isExact { return low...high }
    let step = step(low...high, isCount: isCount)
    return (low / step).rounded(.down) * step...(high / step).rounded(.up) * step
  }

  /// A distance of ticks that people can count with: 1, 2 or 5 times a power of ten.
  private static func step(_ range: ClosedRange<Double>, isCount: Bool) -> Double {
    let rough = (range.upperBound - range.lowerBound) / 4
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, floor(log10(rough)))
    let lead = rough / power
    return max(isCount ? 1 : 0, (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power)
  }

  /// Where ticks stand.
  var ticks: [Double] {
    switch scale {
    case .linear:
      let step = Self.step(range, isCount: isCount)
      let first = Int((range.lowerBound / step).rounded(.up))
      let last = Int((range.upperBound / step + 1e-9).rounded(.down))
      return first > last ? [] : (first...last).map { Double($0) * step }
    case .logarithmic:
      let first = Int(floor(log10(range.lowerBound) + 1e-9))
      let last = Int(floor(log10(range.upperBound) + 1e-9))
      // Within few powers of ten their doubles and fives too.
      let leads: [Double] = last - first < 2 ? [1, 2, 5] : [1]
      let every = max(1, (last - first + 5) / 6)
      let (low, high) = (range.lowerBound * (1 - 1e-9), range.upperBound * (1 + 1e-9))
      var ticks: [Double] = []
      for power in stride(from: first, through: last, by: every) {
        let unit = pow(10, Double(power))
        ticks += leads.map { $0 * unit }
      }
      return ticks.filter { low <= $0 && $0 <= high }
    }
  }

  /// Where `value` lies between the ends, 0 to 1.
  func place(of value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    switch scale {
    case .linear: return (value - low) / (high - low)
    case .logarithmic: return log(max(value, low) / low) / log(high / low)
    }
  }

  /// A number with as many decimals as its axis needs, or with a power of 1000.
  private static func plain(_ value: Double, step: Double?) -> String {
    if value == 0 { return "0" }
    for (unit, size) in [("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)] where abs(value) >= size {
      return decimal(value / size, step.map { $0 / size }) + unit
    }
    return decimal(value, step)
  }

  private static func decimal(_ value: Double, _ step: Double?) -> String {
    let step = step ?? abs(value)
    let decimals =
      step >= 1 ? (step == step.rounded() ? 0 : 1) : min(6, Int(ceil(-log10(step) - 1e-9)))
    return Chart.fixed(value, decimals)
  }
}
