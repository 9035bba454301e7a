import RingProtocol

/// What a run counts.
struct StageCounts: Sendable {
  var input = Tally()
  var output = Tally()
  var dropped: [String: Tally] = [:]
  var changed: [String: Tally] = [:]

  mutating func drop(_ reason: String, bytes: Int) {
    dropped[reason, default: Tally()].add(bytes)
  }

  /// Counts bytes cut out of a document that stays: for each reason the document once.
  mutating func change(_ cuts: [Cut]) {
    var bytes: [String: Int] = [:]
    for cut in cuts { bytes[cut.reason, default: 0] += cut.bytes }
    for (reason, count) in bytes { changed[reason, default: Tally()].add(count) }
  }

  static func += (left: inout StageCounts, right: StageCounts) {
    left.input += right.input
    left.output += right.output
    left.dropped.add(right.dropped)
    left.changed.add(right.changed)
  }

  func add(to report: inout StageReport) {
    report.input += input
    report.output += output
    report.dropped.add(dropped)
    report.changed.add(changed)
  }
}

extension [String: Tally] {
  fileprivate mutating func add(_ other: [String: Tally]) {
    for (reason, tally) in other { self[reason, default: Tally()] += tally }
  }
}

/// As a step of a planned run keeps them for the one that writes the report.
extension StageCounts {
  var json: JSONValue {
    [
      "input": input.json, "output": output.json, "dropped": Self.byReason(dropped),
      "changed": Self.byReason(changed),
    ]
  }

  init(_ json: JSONValue) {
    input = Tally(json["input"])
    output = Tally(json["output"])
    dropped = Self.tallies(json["dropped"])
    changed = Self.tallies(json["changed"])
  }

  private static func byReason(_ tallies: [String: Tally]) -> JSONValue {
    .object(tallies.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) })
  }

  private static func tallies(_ json: JSONValue?) -> [String: Tally] {
    let members = json?.members ?? []
    return Dictionary(uniqueKeysWithValues: members.map { ($0.key, Tally($0.value)) })
  }
}

extension Tally {
  fileprivate init(_ json: JSONValue?) {
    self.init(
      documents: UInt64(json?["documents"]?.int ?? 0), bytes: UInt64(json?["bytes"]?.int ?? 0))
  }
}
