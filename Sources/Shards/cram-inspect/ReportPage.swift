import CramCommand
import Plots
import RingProtocol
import Shards
import Tokenization

/// A report as one page with plots that stands alone.
struct ReportPage {
  let report: DatasetReport
  let reading: DeepReading?
  let json: JSONValue
  let tokenizer: Tokenizer?

  var html: String {
    let found = report.inspection
    let kind =
      found.manifest == nil
      ? "a shard"
      : "a dataset of \(Amount.grouped(UInt64(report.shards.count))) shard\(report.shards.count == 1 ? "" : "s")"
    var page = Page(
      title: found.path, subtitle: "\(kind), as cram inspect \(cramVersion) sees it",
      json: json.serialized())
    page.add(figures: figures)
    page.add(plots: plots)
    page.add(facts: "Everything", groups: facts)
    if let tokenizer {
      page.add(
        table: "Commonest pieces", head: ["rank", "piece", "id", "occurrences", "share"],
        rows: commonest(tokenizer))
    }
    let rows = report.shards.prefix(200)
    page.add(
      table: "Shards",
      head: ["file", "sequences", "documents", "bytes", "bits a token", "mean log₂ p"],
      rows: rows.map {
        [
          $0.file, Amount.grouped($0.sequences), Amount.grouped($0.documents),
          Amount.grouped($0.bytes), Amount.fixed($0.bitsPerToken, 3),
          Amount.fixed($0.meanLogProbability, 4),
        ]
      },
      note: rows.count < report.shards.count ? "and \(report.shards.count - rows.count) more" : "")
    return page.html
  }

  private var facts: [(title: String, facts: [Page.Fact])] {
    let table = InspectionTable(found: report.inspection, report: report, reading: reading)
    return [("what it is", table.identity.map { Page.Fact($0.name, "", $0.value) })]
      + table.parts.map { part in
        let rows = part.rows.filter { !$0.name.isEmpty }
        return (part.title, rows.map { Page.Fact($0.name, $0.figure, $0.note) })
      }
  }

  private var figures: [Page.Figure] {
    let found = report.inspection
    var figures = [
      Page.Figure("sequences", Amount.grouped(found.sequences), key: "sequences"),
      Page.Figure("tokens", Amount.grouped(found.tokens), key: "tokens"),
      Page.Figure("documents", Amount.grouped(found.documents), key: "documents"),
      Page.Figure(
        "tokens a sequence", Amount.grouped(UInt64(found.sequenceLength)), key: "sequence_length"),
      Page.Figure(
        "pieces in the vocabulary", Amount.grouped(UInt64(found.vocabularySize)),
        key: "vocabulary_size"),
      Page.Figure("bytes", Amount.grouped(found.bytes), key: "bytes"),
      Page.Figure(
        "bits a token, everything counted", Amount.fixed(found.bitsPerToken, 3),
        key: "bits_per_token"),
      Page.Figure(
        "bits of unigram entropy", Amount.fixed(found.statistics.entropy, 3),
        key: "unigram_entropy_bits"),
    ]
    if let reading {
      figures.append(
        Page.Figure(
          "duplicate sequences", Amount.grouped(reading.duplicateSequences),
          key: "duplicate_sequences"))
    }
    return figures
  }

  private func commonest(_ tokenizer: Tokenizer) -> [[String]] {
    let ids = report.histogram.indices.sorted {
      (report.histogram[$1], $0) < (report.histogram[$0], $1)
    }
    return ids.prefix(25).filter { report.histogram[$0] > 0 }.enumerated().map { rank, id in
      let count = report.histogram[id]
      return [
        "\(rank + 1)", tokenizer.piece(id), "\(id)", Amount.grouped(count),
        Amount.fixed(100 * Double(count) / Double(report.inspection.tokens), 2) + " %",
      ]
    }
  }
}
