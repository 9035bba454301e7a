/// Seconds of training: what budgets and metrics count.
struct RunClock {
  private var earlier: Double
  private var begin: ContinuousClock.Instant?

  /// A clock that stands at `seconds`.
  init(seconds: Double) { earlier = seconds }

  /// Goes on.
  mutating func start() { begin = .now }

  /// Stands still: measuring on held-out sequences is not training.
  mutating func stop() { (earlier, begin) = (seconds, nil) }

  /// What it shows.
  var seconds: Double { earlier + (begin.map { (.now - $0) / .seconds(1) } ?? 0) }
}
