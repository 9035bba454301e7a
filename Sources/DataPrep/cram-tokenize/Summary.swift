import CramCommand
import RingProtocol

/// What was made, in lines for people.
enum Summary {
  static func lines(of report: StageReport) -> [String] {
    let input = report.input
    let dropped = report.dropped.sorted { $0.key < $1.key }
      .map { "\(Amount.grouped($0.value.documents)) \($0.key)" }
    let suffix = dropped.isEmpty ? "" : " (dropped: \(dropped.joined(separator: ", ")))"
    return [
      "\(Amount.grouped(input.documents)) documents, \(Amount.short(input.bytes)) bytes\(suffix) in \(Amount.time(report.seconds))"
    ]
      + ["train", "heldout"].compactMap { side in
        report.extra.first { $0.key == side }.map { line(side, $0.value) }
      }
  }

  private static func line(_ side: String, _ facts: JSONValue) -> String {
    func number(_ key: String) -> UInt64 { UInt64(clamping: facts[key]?.int ?? 0) }
    let bits = Amount.fixed(facts["bits_per_token"]?.double ?? 0, 2)
    let shards = number("shards")
    return
      "\(side): \(Amount.grouped(number("documents"))) documents, \(Amount.grouped(number("tokens"))) tokens in "
      + "\(Amount.grouped(number("sequences"))) sequences, \(shards) shard\(shards == 1 ? "" : "s") of "
      + "\(Amount.short(number("bytes"))) bytes (\(bits) bits a token); \(number("tail_tokens")) tokens filled no sequence"
  }
}
