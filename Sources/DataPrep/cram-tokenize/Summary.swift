import CramCommand
import RingProtocol

/// What was made, in one line for people.
enum Summary {
  static func line(of report: StageReport) -> String {
    let dropped = report.dropped.sorted { $0.key < $1.key }
      .map { "\(Amount.grouped($0.value.documents)) \($0.key)" }
    let suffix = dropped.isEmpty ? "" : " (dropped: \(dropped.joined(separator: ", ")))"
    let sides = ["train", "heldout"].compactMap { side in
      report.extra.first { $0.key == side }.map { made(side, $0.value) }
    }
    return
      "\(Amount.grouped(report.input.documents)) documents (\(Amount.short(report.input.bytes))B) in\(suffix), "
      + sides.joined(separator: ", ") + " in \(Amount.time(report.seconds))"
  }

  private static func made(_ side: String, _ facts: JSONValue) -> String {
    func number(_ key: String) -> UInt64 { UInt64(clamping: facts[key]?.int ?? 0) }
    let bits = Amount.fixed(facts["bits_per_token"]?.double ?? 0, 2)
    return
      "\(side) \(Amount.grouped(number("tokens"))) tokens in \(Amount.grouped(number("sequences"))) sequences (\(bits) bits a token)"
  }
}
