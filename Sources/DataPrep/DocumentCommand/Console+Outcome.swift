import CramCommand
import DataPrep
import RingProtocol

extension Console {
  /// Says what a stage did; nothing where there is nothing to say.
  ///
  /// - Parameter line: what was made, in one line for people.
  public func conclude(
    _ outcome: StageOutcome?, in folder: String, line: (StageReport) -> String = \.line
  ) {
    switch outcome {
    case nil: return
    case .upToDate(let report):
      say("\(folder) is up to date")
      printJSON(report)
    case .done(let report):
      say("\(line(report)) -> \(folder)")
      printJSON(report.json)
    }
  }
}
