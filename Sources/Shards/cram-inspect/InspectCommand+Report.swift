import CramCommand
import RingProtocol
import Shards

/// Reports that read the index of every shard, or everything.
extension InspectCommand {
  func showReport() throws {
    guard targets.count == 1 else {
      throw UsageError("--deep takes one dataset or shard, not \(targets.count)")
    }
    let target = try InspectionTarget.open(targets[0])
    let report = try DatasetReport(target, path: targets[0], threads: common.threadCount)
    let reading = deep ? try read(target, report) : nil
    var json = report.json
    if let reading { json["deep"] = reading.json }
    if let html {
      let tokenizer = TokenizerSearch(target).tokenizer
      let page = ReportPage(report: report, reading: reading, json: json, tokenizer: tokenizer)
      try AtomicFile.replace(html, with: page.html)
    }
    common.console.printJSON(json)
    guard !common.json else { return }
    InspectionTable(found: report.inspection, report: report, reading: reading).lines
      .forEach(common.console.say)
    if let html { common.console.say("page with plots: \(html)") }
  }

  private func read(_ target: InspectionTarget, _ report: DatasetReport) throws -> DeepReading {
    let meter = ProgressMeter(label: "read", unit: "sequences", total: target.sequences)
    return try common.console.showing(meter) {
      try DeepReading(
        target, histogram: report.histogram, memory: memory.bytes, threads: common.threadCount,
        progress: meter, cancellation: .process)
    }
  }

  // Comparison

  func compare(with other: String) throws {
    let comparison = try Comparison(
      targets[0], other, isDeep: deep, threads: common.threadCount, cancellation: .process)
    common.console.printJSON(comparison.json)
    if !common.json { ComparisonTable.lines(comparison).forEach(common.console.say) }
  }

  // Export

  func write(_ format: ExportFormat, to path: String) throws {
    let target = try InspectionTarget.open(targets[0])
    let meter = ProgressMeter(label: "export", unit: "sequences", total: target.sequences)
    let output = Folder.trimmed(path)
    try common.console.showing(meter) {
      try Export(target, threads: common.threadCount).write(
        format, to: output, progress: meter, cancellation: .process)
    }
    // What is written to a pipe or to standard output is not to be mixed with words.
    if !output.hasPrefix("/dev/"), Folder.kind(of: output) != .other {
      common.console.say(
        "\(Amount.grouped(target.sequences)) sequences as \(format.rawValue) -> \(output)")
    }
    common.console.printJSON([
      "format": .string(format.rawValue), "output": .string(output),
      "sequences": .unsigned(target.sequences),
    ])
  }
}

extension ExportFormat: ExpressibleByArgument {}
