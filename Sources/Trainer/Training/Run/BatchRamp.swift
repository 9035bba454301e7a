/// How many sequences an update takes: few at first, the full batch once a share of the budget is used up.
///
/// target = min(B, m · (⌊x · B / (r · m)⌋ + 1)), with B the full batch, r the ramp's share of the budget, m its unit and x the fraction used up (*Cramming*, 2022, and its
/// published code). It is recomputed after every update. The unit is a number of its own, so that the micro-batch, which only a machine's memory decides, changes nothing.
public struct BatchRamp: Equatable, Sendable {
  /// B: sequences of a full update.
  public let batch: Int
  /// r: the share of the budget over which it climbs; 0 for none.
  public let share: Double
  /// m: how many sequences it begins with and climbs by.
  public let unit: Int

  public init(batch: Int, share: Double, unit: Int) {
    precondition(batch > 0 && unit > 0 && (0...1).contains(share), "\(batch), \(share), \(unit)")
    (self.batch, self.share, self.unit) = (batch, share, unit)
  }

  /// The unit where none is asked for: a 64th of the batch as in the recipe (128 of 8,192), at least 8.
  public static func defaultUnit(batch: Int) -> Int {
    min(batch, max(8, batch / 64))
  }

  /// Sequences of the update that begins when `x` of the budget is used up.
  public func target(at x: Double) -> Int {
    guard share > 0, x < share else { return batch }
    let climbed = (x * Double(batch) / (share * Double(unit))).rounded(.down)
    return min(batch, unit * (Int(climbed) + 1))
  }
}
