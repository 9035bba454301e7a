import CramCommand
import RingProtocol
import Shards

/// An inspection as a table for people.
enum InspectionTable {
  static func lines(_ found: Inspection) -> [String] {
    let rows = identity(found) + content(found) + size(found)
    let width = rows.map(\.0.count).max() ?? 0
    return [found.path]
      + rows.map { name, value in
        "  " + name + String(repeating: " ", count: width - name.count + 2) + value
      }
  }

  private static func identity(_ found: Inspection) -> [(String, String)] {
    var rows: [(String, String)] = []
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

  private static func content(_ found: Inspection) -> [(String, String)] {
    let statistics = found.statistics
    let perDocument = Double(found.tokens) / Double(max(found.documents, 1))
    return [
      (
        "sequences",
        "\(Amount.grouped(found.sequences)) of \(found.sequenceLength) tokens (\(found.tokenType.rawValue))"
      ),
      ("tokens", Amount.grouped(found.tokens)),
      (
        "documents",
        found.manifest == nil
          ? "\(Amount.grouped(found.documents)) touched"
          : "\(Amount.grouped(found.documents)), \(Amount.fixed(perDocument, 0)) tokens on average"
      ),
      (
        "vocabulary",
        "\(Amount.grouped(UInt64(statistics.distinct))) of \(Amount.grouped(UInt64(found.vocabularySize))) pieces occur"
      ),
      ("unknown tokens", share(found, statistics.unknown)),
      ("special tokens", share(found, statistics.special)),
      ("unigram entropy", "\(Amount.fixed(statistics.entropy, 2)) bits a token"),
    ]
  }

  private static func size(_ found: Inspection) -> [(String, String)] {
    let gain = 1 - found.bitsPerToken / found.statistics.entropy
    let compared =
      found.statistics.entropy > 0
      ? ", \(Amount.fixed(abs(gain) * 100, 1)) % \(gain < 0 ? "above" : "below") the entropy" : ""
    let shards = found.manifest.map { manifest in
      " in \(manifest.shards.count) shard\(manifest.shards.count == 1 ? "" : "s")"
    }
    return [
      (
        "size",
        "\(Amount.short(found.bytes)) bytes\(shards ?? ""), unpacked \(Amount.short(found.plainBytes))"
      ),
      ("bits a token", "\(Amount.fixed(found.bitsPerToken, 2))\(compared)"),
      ("frames", "of \(Amount.grouped(UInt64(found.frameSequences))) sequences"),
    ]
  }

  private static func share(_ found: Inspection, _ count: UInt64) -> String {
    "\(Amount.grouped(count)) (\(Amount.fixed(found.share(count) * 100, 3)) %)"
  }
}
