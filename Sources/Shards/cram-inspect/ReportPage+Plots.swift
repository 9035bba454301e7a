import CramCommand
import Plots
import Shards

/// The plots of the page, each from figures that its JSON holds too.
extension ReportPage {
  var plots: [Page.Plot] {
    [frequencies, lengths, packing, sources, drift, compression].compactMap { $0 }
  }

  private var frequencies: Page.Plot? {
    let points = report.frequencies.points.map { Chart.Point(Double($0.rank), Double($0.count)) }
    guard points.count > 1 else { return nil }
    let chart = Chart(
      x: Axis("rank of the piece", .logarithmic, over: points.map(\.x)),
      y: Axis("occurrences", .logarithmic, over: points.map(\.y)),
      marks: [.line(points, color: 0)],
      description: "How often pieces occur, by rank, both axes logarithmic")
    return Page.Plot(
      "Token frequency",
      note:
        "Words of a language fall about along a line (Zipf). A step or a flat end is worth a look.",
      chart)
  }

  private var lengths: Page.Plot? {
    guard let lengths = report.documentLengths, lengths.total > 0 else { return nil }
    let bars = lengths.bins.filter { $0.lower > 0 }.map { bin in
      let next = LengthDistribution.next(after: bin.lower)
      return (
        from: Double(bin.lower), to: Double(next), height: Double(bin.count),
        note: "\(bin.lower) to \(next - 1) tokens: \(Amount.grouped(bin.count)) documents"
      )
    }
    let chart = Chart(
      x: Axis("tokens of a document", .logarithmic, over: bars.flatMap { [$0.from, $0.to] }),
      y: Axis("documents", over: bars.map(\.height), fromZero: true, isCount: true),
      marks: [.bars(bars, color: 0)], description: "How many documents have which length")
    return Page.Plot(
      "Document lengths",
      note: "Median \(Amount.grouped(lengths.quantile(0.5))) tokens, separators counted.", chart)
  }

  private var packing: Page.Plot? {
    let counts = report.packing.sequencesByPieces
    guard let last = counts.lastIndex(where: { $0 > 0 }) else { return nil }
    let bars = counts[...max(last, 3)].enumerated().map { pieces, count in
      (
        from: Double(pieces) - 0.5, to: Double(pieces) + 0.5, height: Double(count),
        note:
          "\(pieces)\(pieces == counts.count - 1 ? " or more" : ""): \(Amount.grouped(count)) sequences"
      )
    }
    let chart = Chart(
      x: Axis(
        "documents in a sequence", over: [-0.5, Double(max(last, 3)) + 0.5], isExact: true,
        label: { $0 < 0 ? "" : "\(Int($0))" }),
      y: Axis("sequences", over: bars.map(\.height), fromZero: true, isCount: true),
      marks: [.bars(bars, color: 0)],
      description: "How many sequences hold pieces of how many documents")
    return Page.Plot(
      "Documents a sequence",
      note: "\(Amount.fixed(report.packing.piecesPerSequence, 2)) on average."
        + (last == counts.count - 1 ? " The last bar is of \(last) or more." : ""), chart)
  }

  private var sources: Page.Plot? {
    let mixture = report.mixture
    guard !mixture.names.isEmpty else {
      return Page.Plot(
        "Sources over position",
        note: "Written without provenance: where sequences come from is not known.", nil)
    }
    let rows = mixture.stretches.enumerated().map { place, row in
      let total = Double(max(row.reduce(0, +), 1))
      let count = Double(mixture.stretches.count)
      return (
        from: 100 * Double(place) / count, to: 100 * Double(place + 1) / count,
        shares: row.map { Double($0) / total }
      )
    }
    let parts = mixture.names.enumerated().map { place, name in
      Chart.Legend(name, color: name == SourceMixture.others ? Chart.Legend.rest : place)
    }
    let chart = Chart(
      x: Axis("place in the data, %", over: [0, 100]),
      y: Axis("share of the tokens", over: [0, 1], fromZero: true),
      marks: [.bands(rows, parts: parts)], description: "Share of each source along the data")
    let quality = mixture.chiSquarePerDegree.map {
      " Chi-square \(Amount.fixed($0, 2)) a degree of freedom; about 1 is as if drawn by lot."
    }
    return Page.Plot(
      "Sources over position",
      note: "Which sources the tokens come from, in stored order.\(quality ?? "")",
      chart, legend: parts)
  }

  private var drift: Page.Plot? {
    let byFrame = reading?.meanLogProbabilities
    let means = byFrame ?? report.shards.map(\.meanLogProbability)
    guard means.count > 1 else { return nil }
    let points = means.enumerated().map { Chart.Point(Double($0.offset), $0.element) }
    let chart = Chart(
      x: Axis(
        byFrame == nil ? "shard" : "frame", over: points.map(\.x), isExact: true, isCount: true),
      y: Axis("mean log₂ probability", over: means, span: 0.5),
      marks: [.line(points, color: 0)] + (points.count <= 60 ? [.dots(points, color: 0)] : []),
      description: "Mean log-probability of the tokens along the data")
    return Page.Plot(
      "Drift",
      note:
        "How common the pieces are on average, along the data: level in random order, falling or rising in a curriculum.",
      chart)
  }

  private var compression: Page.Plot? {
    let entropy = report.inspection.statistics.entropy
    let shards = report.shards
    let hasProvenance = shards.contains { $0.bitsOfProvenance > 0 }
    let heights = shards.map(\.bitsPerToken)
    let parts = [Chart.Legend("tokens, header and index", color: 0)]
    let chart = Chart(
      x: Axis(
        "shard", over: [-0.5, Double(shards.count) - 0.5], isExact: true, isCount: true,
        label: { $0 == $0.rounded() && $0 >= 0 ? Amount.grouped(UInt64($0)) : "" }),
      y: Axis("bits a token", over: heights + [entropy * 1.1], fromZero: true),
      marks: compressionMarks + [.level(entropy)],
      description: "Bits that a token takes on disk, by shard")
    return Page.Plot(
      "Compression by shard",
      note: "A code that sees one token at a time needs at least the unigram entropy.", chart,
      legend: parts + (hasProvenance ? [Chart.Legend("provenance", color: 1)] : [])
        + [Chart.Legend("unigram entropy \(Amount.fixed(entropy, 2))", color: Chart.Legend.level)])
  }

  /// Bars, or lines where there are too many shards for bars.
  private var compressionMarks: [Chart.Mark] {
    let shards = report.shards
    guard shards.count <= 120 else {
      let points = { (bits: (DatasetReport.ShardFigures) -> Double) in
        shards.enumerated().map { Chart.Point(Double($0.offset), bits($0.element)) }
      }
      let bare = Chart.Mark.line(points { $0.bitsPerToken - $0.bitsOfProvenance }, color: 0)
      guard shards.contains(where: { $0.bitsOfProvenance > 0 }) else { return [bare] }
      return [.line(points(\.bitsPerToken), color: 1), bare]
    }
    let half = shards.count > 30 ? 0.5 : 0.4
    return [
      .stacks(
        shards.enumerated().map { number, shard in
          let bare = shard.bitsPerToken - shard.bitsOfProvenance
          return (
            from: Double(number) - half, to: Double(number) + half,
            parts: [
              (bare, "\(shard.file): \(Amount.fixed(bare, 3)) bits a token"),
              (
                shard.bitsOfProvenance,
                "\(shard.file): provenance, \(Amount.fixed(shard.bitsOfProvenance, 3)) bits a token"
              ),
            ]
          )
        })
    ]
  }
}
