import RingProtocol

/// How much of a corpus repeats.
struct SubstringCounts: Sendable, Equatable {
  /// Documents of which something repeats; by the policy `document` those that go.
  var documents: Int64 = 0
  /// Covered ranges that do not touch.
  var ranges: Int64 = 0
  /// Bytes of these ranges.
  var bytes: Int64 = 0

  init() {}

  mutating func add(_ finding: SubstringFinding) {
    documents += 1
    ranges += Int64(finding.ranges.count)
    bytes += finding.ranges.reduce(0) { $0 + Int64($1.count) }
  }

  static func += (left: inout SubstringCounts, right: SubstringCounts) {
    left.documents += right.documents
    left.ranges += right.ranges
    left.bytes += right.bytes
  }

  // MARK: JSON

  init(_ json: JSONValue) {
    documents = json["documents"]?.int ?? 0
    ranges = json["ranges"]?.int ?? 0
    bytes = json["bytes"]?.int ?? 0
  }

  private var members: [JSONValue.Member] {
    [
      .init("documents", .int(documents)), .init("ranges", .int(ranges)),
      .init("bytes", .int(bytes)),
    ]
  }

  var json: JSONValue { .object(members) }

  /// What the report shows.
  func json(with passages: [RepeatedPassage]) -> JSONValue {
    let shown = passages.map { passage -> JSONValue in
      [
        "copies": .int(Int64(passage.count)), "bytes": .int(Int64(passage.bytes)),
        "text": .string(passage.text),
      ]
    }
    return .object(members + [.init("most_repeated", .array(shown))])
  }
}

extension PassageList {
  /// What one command hands on to the report.
  var json: JSONValue {
    .array(
      kept.map {
        .array([.int(Int64($0.count)), .unsigned($0.start), .unsigned($0.end)])
      })
  }

  init(_ json: JSONValue) {
    self.init()
    for row in json.array ?? [] {
      let values = (row.array ?? []).compactMap(\.int)
      guard values.count == 3 else { continue }
      add(
        Passage(
          count: Int(values[0]), start: UInt64(bitPattern: values[1]),
          end: UInt64(bitPattern: values[2])))
    }
  }
}
