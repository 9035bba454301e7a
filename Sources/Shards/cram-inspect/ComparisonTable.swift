import CramCommand
import RingProtocol
import Shards

/// A comparison for people: what differs, field by field.
enum ComparisonTable {
  static func lines(_ found: Comparison) -> [String] {
    var lines = ["\(found.left.path)  and  \(found.right.path)"]
    switch found.isSameContent {
    case true?: lines.append("  every token is the same, in the same order")
    case false?: lines.append("  the content differs")
    case nil: lines.append("  whether the content differs is told by --deep")
    }
    if let first = found.firstDifference {
      lines.append("  the first sequence that differs is \(Amount.grouped(first))")
    }
    if let shared = found.shared {
      lines.append("  \(Amount.grouped(shared)) sequences are in both")
    }
    lines.append(
      "  \(Amount.fixed(found.divergence, 4)) bits of Jensen-Shannon divergence between the pieces' frequencies"
    )
    let rows = found.differences.map { ($0.field, text($0.left), text($0.right)) }
    let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
    return lines + rows.map { "  \(padded($0.0, widths.0))  \(padded($0.1, widths.1))  \($0.2)" }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .double(let number): Amount.fixed(number, 4)
    case .int(let number) where number >= 0: Amount.grouped(UInt64(number))
    case .null: "-"
    default: value.serialized()
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
