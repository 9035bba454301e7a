import RingProtocol

/// How often a measured quantity took which values: fixed bins, so that the counts of any parts of a corpus add up.
struct Histogram: Sendable, Equatable {
  private let unit: RuleDefinition.Unit
  private var counts: [UInt64]
  /// Texts for which it could not be told (0 of 0).
  private var undefined: UInt64 = 0

  init(_ unit: RuleDefinition.Unit) {
    self.unit = unit
    counts = Array(repeating: 0, count: unit.binCount)
  }

  mutating func add(_ value: Double) {
    if value.isNaN { undefined += 1 } else { counts[unit.bin(of: value)] += 1 }
  }

  static func += (left: inout Histogram, right: Histogram) {
    for bin in left.counts.indices { left.counts[bin] += right.counts[bin] }
    left.undefined += right.undefined
  }

  /// `{"documents", "undefined", "bins": [[from, to, documents], …]}`: bins with none are left out, the last has no end.
  var json: JSONValue {
    let bins = counts.indices.filter { counts[$0] > 0 }.map { bin -> JSONValue in
      let to = bin + 1 < counts.count ? unit.json(unit.start(of: bin + 1)) : .null
      return [unit.json(unit.start(of: bin)), to, .unsigned(counts[bin])]
    }
    return [
      "documents": .unsigned(counts.reduce(undefined, +)), "undefined": .unsigned(undefined),
      "bins": .array(bins),
    ]
  }
}

extension RuleDefinition.Unit {
  /// Counts: 0, 1, 2-3, 4-7, and so on by powers of two. Ratios: hundredths up to 1, then one bin. Lengths: halves up to 20, then one bin.
  var binCount: Int {
    switch self {
    case .none: 2
    case .count: 42
    case .ratio: 101
    case .length: 41
    }
  }

  func bin(of value: Double) -> Int {
    switch self {
    case .none: return value > 0 ? 1 : 0
    case .count: return value < 1 ? 0 : min(41, 64 - UInt64(value).leadingZeroBitCount)
    case .ratio: return Self.step(value, 100)
    case .length: return Self.step(value, 2)
    }
  }

  /// Steps of 1/`parts`, as `start` states them: rounding must not put a value before its bin.
  private static func step(_ value: Double, _ parts: Double) -> Int {
    let most = parts == 100 ? 100 : 40
    guard value < Double(most) / parts else { return most }
    var bin = max(0, Int(value * parts))
    if Double(bin + 1) / parts <= value { bin += 1 }
    if Double(bin) / parts > value { bin -= 1 }
    return max(0, bin)
  }

  /// Where a bin begins.
  func start(of bin: Int) -> Double {
    switch self {
    case .none: Double(bin)
    case .count: bin == 0 ? 0 : Double(UInt64(1) << UInt64(bin - 1))
    case .ratio: Double(bin) / 100
    case .length: Double(bin) / 2
    }
  }
}

/// The histograms of a run: one for each rule that measures, in the rules' order.
struct Histograms: Sendable, Equatable {
  private(set) var all: [(rule: FilterRule, histogram: Histogram)]

  init(_ rules: [FilterRule]) {
    all = rules.map { ($0, Histogram($0.kind.definition.unit)) }
  }

  /// Adds what was measured for the rule at `place`.
  @inline(__always)
  mutating func add(_ value: Double, at place: Int) { all[place].histogram.add(value) }

  static func += (left: inout Histograms, right: Histograms) {
    for place in left.all.indices { left.all[place].histogram += right.all[place].histogram }
  }

  static func == (left: Histograms, right: Histograms) -> Bool {
    left.all.elementsEqual(right.all) { $0.rule == $1.rule && $0.histogram == $1.histogram }
  }

  /// `[{"rule", "threshold", "quantity", "documents", "undefined", "bins"}, …]`; rules without a threshold and those of single lines have none.
  var json: JSONValue {
    .array(
      all.filter { $0.rule.kind.hasHistogram }.map { rule, histogram in
        let definition = rule.kind.definition
        let head: [JSONValue.Member] = [
          .init("rule", .string(rule.kind.rawValue)),
          .init("threshold", rule.threshold.map { definition.unit.json($0) } ?? .null),
          .init("quantity", .string(definition.quantity)),
        ]
        return .object(head + (histogram.json.members ?? []))
      })
  }
}

extension FilterRule.Kind {
  /// Whether it measures whole documents.
  var hasHistogram: Bool { hasThreshold && self != .longWord && self != .fewWords }
}
