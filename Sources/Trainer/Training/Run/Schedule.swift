import Glibc

/// How the learning rate follows the budget: a multiplier of the peak for the fraction x that is used up.
public enum Schedule: String, CaseIterable, Sendable {
  /// The recipe's: from a quarter up to the peak at three quarters, then down to nothing.
  case triangle
  /// Up for the first half, down for the second.
  case oneCycle = "one-cycle"
  /// Up for 6 %, then down in a line.
  case linear
  /// Up for 6 %, then down along half a cosine.
  case cosine
  /// Always the peak.
  case constant

  /// The share of the budget in which `linear` and `cosine` rise.
  public static let warmUp = 0.06

  /// The multiplier at `x`, never below 0 and 0 from the budget's end on (except `constant`).
  public func multiplier(at x: Double) -> Double {
    let x = max(0, x), w = Self.warmUp
    let value =
      switch self {
      case .triangle: min(0.25 + x, 4 * (1 - x))
      case .oneCycle: min(2 * x, 2 * (1 - x))
      case .linear: min(x / w, (1 - x) / (1 - w))
      case .cosine: x < w ? x / w : x >= 1 ? 0 : 0.5 * (1 + cos(.pi * (x - w) / (1 - w)))
      case .constant: 1.0
      }
    return max(0, value)
  }
}
