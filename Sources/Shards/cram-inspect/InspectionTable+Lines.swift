import CramCommand
import Shards

/// The table on a terminal: no line is longer than 80 columns, names of files aside.
extension InspectionTable {
  private static let columns = 80

  var lines: [String] {
    let identity = self.identity
    let width = identity.map(\.name.count).max() ?? 0
    return [found.path]
      + identity.map { "  \(padded($0.name, width))  \($0.value)" }
      + parts.flatMap(lines) + shardLines
  }

  private func lines(of part: Part) -> [String] {
    let rows = parts.flatMap(\.rows)
    let names = rows.map(\.name.count).max() ?? 0
    let figures = rows.map(\.figure.count).max() ?? 0
    let begin = names + figures + 6
    return ["", "  " + part.title]
      + part.rows.flatMap { row in
        let notes = wrapped(row.note, to: Self.columns - begin)
        let head = "    \(padded(row.name, names))  \(aligned(row.figure, figures))"
        return [notes.isEmpty ? head : "\(head)  \(notes[0])"]
          + notes.dropFirst().map { String(repeating: " ", count: begin + 2) + $0 }
      }
  }

  /// The first shards, each with what tells it from the others.
  private var shardLines: [String] {
    guard let shards = report?.shards, shards.count > 1 else { return [] }
    let head = ["", "sequences", "documents", "bytes", "bits a token", "mean log₂ p"]
    let rows = shards.prefix(Self.shardsShown).map { shard in
      [
        shard.file, Amount.grouped(shard.sequences), Amount.grouped(shard.documents),
        Amount.grouped(shard.bytes), Amount.fixed(shard.bitsPerToken, 3),
        Amount.fixed(shard.meanLogProbability, 4),
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    let rest = shards.count - rows.count
    return ["", "  shards"]
      + ([head] + rows).map { row in
        let cells = zip(row, widths).dropFirst().map { aligned($0, $1) }
        return "    " + ([padded(row[0], widths[0])] + cells).joined(separator: "  ")
      } + (rest > 0 ? ["    and \(Amount.grouped(UInt64(rest))) more: --json has them all"] : [])
  }

  private static let shardsShown = 12

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// `text` in lines of whole words.
  private func wrapped(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

/// How many documents have which length, as a row of small bars, one for each power of two.
struct LengthBars {
  let line: String

  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  init(_ lengths: LengthDistribution) {
    var counts: [Int: UInt64] = [:]
    for bin in lengths.bins where bin.lower > 0 {
      counts[63 - bin.lower.leadingZeroBitCount, default: 0] += bin.count
    }
    guard let first = counts.keys.min(), let last = counts.keys.max() else {
      line = ""
      return
    }
    let peak = Double(counts.values.max() ?? 1)
    let text = (first...last).map { power -> Character in
      guard let count = counts[power] else { return " " }
      return Self.bars[Int((Double(count) / peak * 7).rounded(.up))]
    }
    let range = (Amount.grouped(1 << UInt64(first)), Amount.grouped(2 << UInt64(last) - 1))
    line = "\(range.0) \(String(text)) \(range.1)"
  }
}
