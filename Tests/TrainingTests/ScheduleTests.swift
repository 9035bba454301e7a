import Testing
import Training

struct ScheduleTests {
  private func close(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }

  @Test func `the triangle starts at a quarter, peaks at three quarters and ends at nothing`() {
    let triangle = Schedule.triangle
    for (x, expected) in [(0, 0.25), (0.25, 0.5), (0.75, 1), (0.875, 0.5), (1, 0), (1.2, 0)] {
      #expect(close(triangle.multiplier(at: x), expected), "at \(x)")
    }
  }

  @Test func `the other schedules have their shapes`() {
    let cases: [(Schedule, Double, Double)] = [
      (.oneCycle, 0, 0), (.oneCycle, 0.5, 1), (.oneCycle, 0.75, 0.5), (.oneCycle, 1, 0),
      (.linear, 0.03, 0.5), (.linear, 0.06, 1), (.linear, 0.53, 0.5), (.linear, 1, 0),
      (.cosine, 0.03, 0.5), (.cosine, 0.06, 1), (.cosine, 0.53, 0.5), (.cosine, 1, 0),
      (.constant, 0, 1), (.constant, 1, 1),
    ]
    for (schedule, x, expected) in cases {
      #expect(close(schedule.multiplier(at: x), expected), "\(schedule) at \(x)")
    }
  }

  @Test func `no schedule is ever negative or above its peak`() {
    for schedule in Schedule.allCases {
      for step in -10...1200 {
        let value = schedule.multiplier(at: Double(step) / 1000)
        #expect((0...1).contains(value))
      }
    }
  }

  @Test func `budgets are read with their units`() {
    #expect(Budget("24h") == .seconds(86_400))
    #expect(Budget("1.5m") == .seconds(90))
    #expect(Budget("90s") == .seconds(90))
    #expect(Budget("5B-tokens") == .tokens(5_000_000_000))
    #expect(Budget("300K-tokens") == .tokens(300_000))
    #expect(Budget("0.3K-tokens") == .tokens(300))
    #expect(Budget("1000-steps") == .steps(1000))
    for wrong in [
      "", "17", "0s", "0-steps", "0K-tokens", "-5m", "5", "h", "-tokens", "1.5-steps", "5 m", "5d",
      "1e3-steps", "infs", "nans", "5M", "٣m",
    ] {
      #expect(Budget(wrong) == nil, "\(wrong)")
    }
  }

  @Test func `a budget written and read is the same`() {
    for budget in [Budget.seconds(0.1), .seconds(86_400), .tokens(300_000), .steps(7)] {
      #expect(Budget(budget.description) == budget)
    }
  }

  @Test func `only a budget in the same unit is larger`() {
    #expect(Budget.steps(2).isLarger(than: .steps(1)))
    #expect(!Budget.steps(1).isLarger(than: .steps(1)))
    #expect(!Budget.steps(2).isLarger(than: .tokens(1)))
  }

  @Test func `the batch climbs by its unit to the full batch at the end of the ramp`() {
    let ramp = BatchRamp(batch: 8192, share: 0.6, unit: 128)
    #expect(ramp.target(at: 0) == 128)
    #expect(ramp.target(at: 0.3) == 4224)
    #expect(ramp.target(at: 0.599_999) == 8192)
    #expect(ramp.target(at: 0.9) == 8192)
    var last = 0
    for step in 0...1000 {
      let target = ramp.target(at: Double(step) / 1000)
      #expect(target >= last && target <= 8192)
      #expect(target % 128 == 0)
      last = target
    }
  }

  @Test func `a unit that does not divide the batch is cut at the full batch`() {
    let ramp = BatchRamp(batch: 20, share: 0.5, unit: 8)
    #expect([0, 0.1, 0.2, 0.3, 0.41, 1].map { ramp.target(at: $0) } == [8, 8, 16, 16, 20, 20])
    #expect(BatchRamp(batch: 20, share: 0, unit: 8).target(at: 0) == 20)
    #expect(BatchRamp.defaultUnit(batch: 8192) == 128)
    #expect(BatchRamp.defaultUnit(batch: 5) == 5)
  }
}
