import CramCommand
import RingProtocol
import Shards

/// An inspection as a table for people: figures under each other, what they mean beside them.
struct InspectionTable {
  /// A figure, or nothing where the note alone tells.
  struct Row {
    var name: String
    var figure: String
    var note: String

    init(_ name: String, _ figure: String, _ note: String = "") {
      (self.name, self.figure, self.note) = (name, figure, note)
    }
  }

  /// Rows that belong together.
  struct Part {
    var title: String
    var rows: [Row]
  }

  let found: Inspection
  /// What all indexes tell together, where they were read.
  var report: DatasetReport?
  /// What only the sequences tell, where they were read.
  var reading: DeepReading?

  var parts: [Part] { [content, documents, size, order] }

  /// What is looked at, and what it is known by.
  var identity: [(name: String, value: String)] {
    var rows: [(String, String)] = []
    if let manifest = found.manifest {
      let count = Amount.grouped(UInt64(manifest.shards.count))
      let seed = manifest.order == "random" ? " with seed \(manifest.seed)" : ""
      rows.append(
        ("dataset", "\(count) shard\(count == "1" ? "" : "s"), order \(manifest.order)\(seed)"))
      rows.append(("fingerprint", manifest.fingerprint))
    }
    if let header = found.header {
      rows.append(("shard", "number \(header.number) of dataset \(found.datasetID)"))
    }
    let isKnown = found.tokenizerSHA256.contains { $0 != "0" }
    rows.append(("tokenizer", isKnown ? found.tokenizerSHA256 : "not known"))
    return rows
  }

  private var content: Part {
    let statistics = found.statistics
    let (distinct, size) = (UInt64(statistics.distinct), UInt64(found.vocabularySize))
    var rows = [
      Row(
        "sequences", Amount.grouped(found.sequences),
        "of \(Amount.grouped(UInt64(found.sequenceLength))) tokens, two bytes each"
          .replacing("two", with: found.tokenType == .u16 ? "two" : "four")),
      Row("tokens", Amount.grouped(found.tokens)),
      Row("unknown", Amount.grouped(statistics.unknown), share(statistics.unknown)),
      Row("special", Amount.grouped(statistics.special), share(statistics.special)),
      Row(
        "vocabulary", Amount.grouped(distinct),
        "of \(Amount.grouped(size)) pieces occur (\(percent(distinct, of: size, 1)))"),
    ]
    guard let distributions = found.distributions else { return Part(title: "content", rows: rows) }
    let points = distributions.frequencies.points
    if let first = points.first {
      let others = points.filter { [10, 100, 1000, 10_000].contains($0.rank) }.map {
        "\(Amount.grouped($0.rank))th \(Amount.grouped($0.count))"
      }
      rows.append(
        Row(
          "commonest", Amount.grouped(first.count),
          "times one piece" + (others.isEmpty ? "" : "; " + others.joined(separator: ", "))))
    }
    if let characters = distributions.charactersPerToken {
      rows.append(Row("characters", Amount.fixed(characters, 2), "a token of the texts"))
    }
    return Part(title: "content", rows: rows)
  }

  private var documents: Part {
    var rows = [
      Row(
        "documents", Amount.grouped(found.documents),
        found.manifest == nil ? "of which the shard holds a token" : "")
    ]
    guard let distributions = found.distributions else {
      return Part(title: "documents", rows: rows)
    }
    if let lengths = distributions.documentLengths, lengths.total > 0 {
      let (few, many) = (lengths.quantile(0.05), lengths.quantile(0.95))
      rows.append(
        Row(
          "length", Amount.grouped(lengths.quantile(0.5)),
          "tokens (median); 5 % below \(Amount.grouped(few)), 5 % above \(Amount.grouped(many))"
        ))
      let bars = LengthBars(lengths)
      rows.append(Row("", "", bars.line))
    }
    let packing = distributions.packing
    rows.append(
      Row(
        "in a sequence", Amount.fixed(packing.piecesPerSequence, 2),
        "on average; exactly one in \(percent(packing.sequencesByPieces[1], of: found.sequences, 1)) of them"
      ))
    return Part(title: "documents", rows: rows)
  }

  private var size: Part {
    let shards = found.manifest.map {
      " in \($0.shards.count) shard\($0.shards.count == 1 ? "" : "s")"
    }
    var rows = [
      Row(
        "on disk", bytes(found.bytes),
        "\(found.codec.rawValue)\(shards ?? ""); unpacked \(bytes(found.plainBytes))"),
      Row("a token", Amount.fixed(found.bareBitsPerToken, 2), "bits; \(compared)"),
    ]
    if let stored = found.provenanceBytes {
      let bits = Amount.fixed(8 * Double(stored) / Double(found.tokens), 2)
      rows.append(Row("provenance", bits, "bits a token more (\(bytes(stored)))"))
    } else {
      rows.append(Row("provenance", "none"))
    }
    let parity = found.manifest?.parityGroup ?? 0
    rows.append(
      Row(
        "frames of", Amount.grouped(UInt64(found.frameSequences)),
        "sequences" + (parity > 0 ? "; parity of every \(parity)" : "")))
    return Part(title: "size", rows: rows)
  }

  /// Provenance left out, the size against what counting single tokens would allow.
  private var compared: String {
    let entropy = found.statistics.entropy
    guard entropy > 0 else { return "the unigram entropy is 0" }
    let gain = 1 - found.bareBitsPerToken / entropy
    let share = Amount.fixed(abs(gain) * 100, 1)
    return
      "\(share) % \(gain < 0 ? "above" : "below") the unigram entropy of \(Amount.fixed(entropy, 2))"
  }

  private var order: Part {
    var rows: [Row] = []
    if let packing = found.distributions?.packing, found.sequences > 1 {
      rows.append(
        Row(
          "followers", Amount.grouped(packing.followers),
          "sequences (\(percent(packing.followers, of: found.sequences - 1, 3))) continue the one before"
        ))
      rows.append(
        Row(
          "longest rise", Amount.grouped(packing.longestRise),
          "sequences in the order of the documents"))
    }
    if let report {
      if let chiSquare = report.mixture.chiSquarePerDegree {
        rows.append(
          Row(
            "sources", Amount.fixed(chiSquare, 2),
            "chi-square a degree of freedom; by lot about 1"))
      }
      if report.shards.count > 1 {
        rows.append(
          Row("drift", Amount.fixed(report.drift, 3), "bits of mean log-probability between shards")
        )
      }
    }
    if let correlation = reading?.orderCorrelation {
      rows.append(
        Row(
          "correlation", Amount.fixed(correlation, 3), "of place and document; natural 1, by lot 0")
      )
    }
    rows.append(duplicates)
    return Part(title: "order", rows: rows)
  }

  private var duplicates: Row {
    guard let count = reading?.duplicateSequences else {
      return Row("duplicates", "?", "sequences that occurred before: --deep counts them")
    }
    return Row(
      "duplicates", Amount.grouped(count),
      "sequences occurred before (\(percent(count, of: found.sequences, 3)))")
  }

  private func share(_ count: UInt64) -> String { percent(count, of: found.tokens, 3) }

  private func percent(_ count: UInt64, of total: UInt64, _ decimals: Int) -> String {
    Amount.fixed(100 * Double(count) / Double(max(total, 1)), decimals) + " %"
  }

  /// `8.31 MB`.
  private func bytes(_ count: UInt64) -> String {
    let text = Amount.short(count)
    guard let unit = text.last, unit.isLetter else { return text + " B" }
    let names: [Character: String] = ["K": "kB", "M": "MB", "B": "GB", "T": "TB"]
    return "\(text.dropLast()) \(names[unit] ?? "")"
  }
}
