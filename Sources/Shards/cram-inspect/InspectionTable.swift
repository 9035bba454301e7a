import CramCommand
import RingProtocol
import Shards

/// An inspection as a table for people.
enum InspectionTable {
  typealias Row = (name: String, value: String)

  /// - Parameters:
  ///   - report: what all indexes tell together, where it was read.
  ///   - reading: what only the sequences tell, where they were read.
  static func lines(
    _ found: Inspection, report: DatasetReport? = nil, reading: DeepReading? = nil
  ) -> [String] {
    let rows = rows(found, report: report, reading: reading)
    let width = rows.map(\.name.count).max() ?? 0
    return [found.path]
      + rows.map { name, value in
        "  " + name + String(repeating: " ", count: width - name.count + 2) + value
      }
  }

  static func rows(
    _ found: Inspection, report: DatasetReport?, reading: DeepReading?
  ) -> [Row] {
    identity(found) + content(found) + documents(found) + size(found)
      + order(found, report, reading)
  }

  private static func identity(_ found: Inspection) -> [Row] {
    var rows: [Row] = []
    if let manifest = found.manifest {
      let seed = manifest.order == "random" ? ", seed \(manifest.seed)" : ""
      rows.append(("order", manifest.order + seed))
      rows.append(("fingerprint", manifest.fingerprint))
    }
    if let header = found.header {
      rows.append(("shard", "number \(header.number) of dataset \(found.datasetID)"))
    }
    rows.append(("tokenizer", "\(found.tokenizerSHA256.prefix(16))…"))
    return rows
  }

  private static func content(_ found: Inspection) -> [Row] {
    let statistics = found.statistics
    var rows: [Row] = [
      (
        "sequences",
        "\(Amount.grouped(found.sequences)) of \(found.sequenceLength) tokens (\(found.tokenType.rawValue))"
      ),
      ("tokens", Amount.grouped(found.tokens)),
      (
        "vocabulary",
        "\(Amount.grouped(UInt64(statistics.distinct))) of \(Amount.grouped(UInt64(found.vocabularySize))) pieces occur"
      ),
      ("unknown tokens", share(found, statistics.unknown)),
      ("special tokens", share(found, statistics.special)),
      ("unigram entropy", "\(Amount.fixed(statistics.entropy, 2)) bits a token"),
    ]
    guard let distributions = found.distributions else { return rows }
    if let characters = distributions.charactersPerToken {
      rows.append(("characters", "\(Amount.fixed(characters, 2)) a token"))
    }
    let points = distributions.frequencies.points.filter {
      [1, 10, 100, 1000, 10000].contains($0.rank)
    }
    let curve = points.map { "\(Amount.grouped($0.rank)): \(Amount.grouped($0.count))" }
    rows.append(("occurrences by rank", curve.joined(separator: "   ")))
    return rows
  }

  private static func documents(_ found: Inspection) -> [Row] {
    var rows: [Row] = [
      (
        "documents",
        Amount.grouped(found.documents) + (found.manifest == nil ? " touched" : "")
      )
    ]
    guard let distributions = found.distributions else { return rows }
    if let lengths = distributions.documentLengths, lengths.total > 0 {
      let parts = [("5 %", 0.05), ("median", 0.5), ("95 %", 0.95)].map {
        "\($0.0) \(Amount.grouped(lengths.quantile($0.1)))"
      }
      rows.append(("document lengths", parts.joined(separator: ", ") + " tokens"))
    }
    let packing = distributions.packing
    let one = Double(packing.sequencesByPieces[1]) / Double(found.sequences)
    rows.append(
      (
        "documents a sequence",
        "\(Amount.fixed(packing.piecesPerSequence, 2)) on average, exactly one in \(Amount.fixed(100 * one, 1)) % of the sequences"
      ))
    return rows
  }

  private static func size(_ found: Inspection) -> [Row] {
    let gain = 1 - found.bareBitsPerToken / found.statistics.entropy
    let compared =
      found.statistics.entropy > 0
      ? ", \(Amount.fixed(abs(gain) * 100, 1)) % \(gain < 0 ? "above" : "below") the unigram entropy"
      : ""
    let shards = found.manifest.map { manifest in
      " in \(manifest.shards.count) shard\(manifest.shards.count == 1 ? "" : "s")"
    }
    var rows: [Row] = [
      (
        "size",
        "\(Amount.short(found.bytes)) bytes\(shards ?? ""), unpacked \(Amount.short(found.plainBytes))"
      ),
      ("bits a token", "\(Amount.fixed(found.bareBitsPerToken, 2))\(compared)"),
    ]
    if let bytes = found.provenanceBytes {
      let bits = 8 * Double(bytes) / Double(found.tokens)
      rows.append(
        ("provenance", "\(Amount.short(bytes)) bytes, \(Amount.fixed(bits, 2)) bits a token more"))
    } else {
      rows.append(("provenance", "none"))
    }
    let parity = found.manifest.map {
      $0.parityGroup > 0 ? ", parity of every \($0.parityGroup)" : ""
    }
    rows.append(
      (
        "frames",
        "of \(Amount.grouped(UInt64(found.frameSequences))) sequences, \(found.codec.rawValue)\(parity ?? "")"
      ))
    return rows
  }

  private static func order(
    _ found: Inspection, _ report: DatasetReport?, _ reading: DeepReading?
  ) -> [Row] {
    var rows: [Row] = []
    if let packing = found.distributions?.packing, found.sequences > 1 {
      let share = Double(packing.followers) / Double(found.sequences - 1)
      rows.append(
        (
          "order quality",
          "\(Amount.fixed(100 * share, 3)) % of the sequences follow their neighbour in the documents, longest rising run \(Amount.grouped(packing.longestRise))"
        ))
    }
    if let report {
      if let chiSquare = report.mixture.chiSquarePerDegree {
        rows.append(
          (
            "sources over position",
            "chi-square \(Amount.fixed(chiSquare, 2)) a degree of freedom (about 1: as if drawn by lot)"
          ))
      }
      if report.shards.count > 1 {
        rows.append(
          ("drift of shards", "\(Amount.fixed(report.drift, 3)) bits of mean log-probability"))
      }
    }
    guard let reading else { return rows }
    if let correlation = reading.orderCorrelation {
      rows.append(
        (
          "order and documents",
          "correlation \(Amount.fixed(correlation, 3)) (1: natural, 0: by lot)"
        ))
    }
    rows.append(("duplicate sequences", share(of: found.sequences, reading.duplicateSequences)))
    return rows
  }

  private static func share(_ found: Inspection, _ count: UInt64) -> String {
    share(of: found.tokens, count)
  }

  private static func share(of total: UInt64, _ count: UInt64) -> String {
    "\(Amount.grouped(count)) (\(Amount.fixed(100 * Double(count) / Double(max(total, 1)), 3)) %)"
  }
}
