import RingProtocol

/// A command that writes one dataset into a folder of its own, from the look at the folder to the report.
public struct DatasetStage {
  /// How a run ended.
  public enum Outcome {
    /// The same command has finished here before; its report.
    case upToDate(JSONValue)
    case done(StageReport)
  }

  /// The verb.
  let stage: String
  /// The options that decide the result.
  let settings: JSONValue
  /// The files it is made of.
  let inputs: [InputStamp]
  let output: String

  public init(stage: String, settings: JSONValue, inputs: [String], output: String) throws {
    (self.stage, self.settings, self.output) = (stage, settings, output)
    self.inputs = try inputs.map { try InputStamp(of: $0) }
  }

  /// Does the work, unless it was done before: `body` writes the dataset into the folder and fills the report.
  ///
  /// A folder in which nothing was written is given up when `body` throws.
  public func perform(
    overwrite: Bool, otherNames: [String] = [],
    _ body: (_ folder: String, _ report: inout StageReport) throws -> Void
  ) throws -> Outcome {
    let opening = try OutputFolder.open(
      output, stage: stage, settings: settings, inputs: inputs, overwrite: overwrite,
      isOwnFile: { DatasetWriter.isOwn($0) || otherNames.contains($0) })
    guard case .ready(let folder) = opening else {
      guard case .upToDate(let report) = opening else { preconditionFailure() }
      return .upToDate(report)
    }
    var report = StageReport(stage: stage, settings: settings)
    let begin = ContinuousClock.now
    do {
      try body(folder.path, &report)
    } catch let error as ShardError {
      // These inputs will never do, so nothing may keep others out of the folder.
      let names = try Folder.entries(of: folder.path)
      if !names.contains(where: DatasetWriter.isOwn) { try folder.abandon() }
      throw error
    }
    report.seconds = (ContinuousClock.now - begin) / .seconds(1)
    try folder.finish(report: report)
    return .done(report)
  }
}
