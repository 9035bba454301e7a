import CramCommand
import DataPrep
import RingProtocol

extension Console {
  /// Says what a stage did.
  public func conclude(_ outcome: StageOutcome, in folder: String) {
    switch outcome {
    case .upToDate(let report):
      say("\(folder) is up to date")
      printJSON(report)
    case .done(let report):
      say("\(report.line) -> \(folder)")
      printJSON(report.json)
    }
  }
}
