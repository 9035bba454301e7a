import Glibc

/// The version of every executable and of what the reports say made them.
public let cramVersion = "0.1.0"

/// Documents and their bytes (UTF-8 bytes of the text field).
public struct Tally: Equatable, Sendable {
  public var documents: UInt64
  public var bytes: UInt64

  public init(documents: UInt64 = 0, bytes: UInt64 = 0) {
    (self.documents, self.bytes) = (documents, bytes)
  }

  /// Counts one more document of so many bytes.
  public mutating func add(_ bytes: Int) {
    documents += 1
    self.bytes += UInt64(bytes)
  }

  public static func += (left: inout Tally, right: Tally) {
    left.documents += right.documents
    left.bytes += right.bytes
  }

  /// `{"documents", "bytes"}`.
  public var json: JSONValue {
    ["documents": .unsigned(documents), "bytes": .unsigned(bytes)]
  }
}

/// What a stage did: the one schema of every `report.json`.
///
/// `input = output + dropped` holds for documents; for bytes with `changed` (text cut out of kept documents) added.
public struct StageReport: Sendable {
  /// The verb: `"dedup"`, `"filter"`, …
  public var stage: String
  /// The options that decide the result.
  public var settings: JSONValue
  public var input = Tally()
  public var output = Tally()
  /// What was left out, by reason.
  public var dropped: [String: Tally] = [:]
  /// What was cut out of kept documents, by reason.
  public var changed: [String: Tally] = [:]
  /// Wall-clock seconds of the work.
  public var seconds = 0.0
  /// The most memory that any of its processes held, in bytes, where more than this one worked.
  public var peakMemory: Int64 = 0
  /// What this stage tells beyond the common schema, in order.
  public var extra: [JSONValue.Member] = []

  public init(stage: String, settings: JSONValue) {
    (self.stage, self.settings) = (stage, settings)
  }

  /// Counts a document of so many bytes as dropped for `reason`.
  public mutating func drop(_ reason: String, bytes: Int) {
    dropped[reason, default: Tally()].add(bytes)
  }

  /// Adds a fact beyond the common schema.
  public mutating func add(_ key: String, _ value: JSONValue) {
    extra.append(.init(key, value))
  }

  /// The report as JSON, with the peak memory of this process until now.
  public var json: JSONValue {
    let rate = seconds > 0 ? Double(input.bytes) / seconds : 0
    let common: [JSONValue.Member] = [
      .init("stage", .string(stage)), .init("version", .string(cramVersion)),
      .init("settings", settings), .init("input", input.json), .init("output", output.json),
      .init("dropped", Self.byReason(dropped)), .init("changed", Self.byReason(changed)),
      .init("seconds", .double(seconds)), .init("bytes_per_second", .double(rate)),
      .init("peak_memory_bytes", .int(max(peakMemory, Self.peakMemory))),
    ]
    return .object(common + extra)
  }

  private static func byReason(_ tallies: [String: Tally]) -> JSONValue {
    .object(tallies.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) })
  }

  /// The most memory this process has held so far, in bytes.
  public static var peakMemory: Int64 {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int64(usage.ru_maxrss) * 1024
  }
}
