import RingProtocol

/// Why a run may not go into a folder.
public enum RunFolderError: Error, CustomStringConvertible {
  case file(FileError)
  case checkpoint(CheckpointError)
  case notAFolder(path: String)
  case foreign(path: String, name: String)
  /// A run of other settings is there.
  case otherRun(path: String, setting: String, found: String, asked: String)
  case otherBudget(path: String, found: String, asked: String)
  case smallerBudget(path: String, found: String, asked: String)
  case otherExecution(path: String, setting: String, found: String, asked: String)
  case nothingToResume(path: String)
  case data(path: String, TrainingDataError)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .checkpoint(let error): "\(error)"
    case .notAFolder(let path):
      "output \(path) is not a folder; name a new or an empty one"
    case .foreign(let path, let name):
      "output \(path) holds \(name), which no run wrote; name a new or an empty folder"
    case .otherRun(let path, let setting, let found, let asked):
      "output \(path) holds a run with \(setting) \(found), not \(asked); name another folder, or give --overwrite to replace it"
    case .otherBudget(let path, let found, let asked):
      "output \(path) holds a run with the budget \(found), not \(asked); give --resume to go on to a larger one, --overwrite to replace the run, or name another folder"
    case .smallerBudget(let path, let found, let asked):
      "output \(path) holds a run with the budget \(found), and --resume goes on only to a larger one in the same unit, not to \(asked)"
    case .otherExecution(let path, let setting, let found, let asked):
      "output \(path) holds a run with \(setting) \(found), not \(asked); leave the option out to go on with it, or give --overwrite to replace the run"
    case .nothingToResume(let path):
      "output \(path) holds no run to resume; leave --resume out to begin one"
    case .data(let path, let error): "output \(path): \(error)"
    }
  }
}

/// The folder of a run: `config.json`, `metrics.jsonl`, `checkpoints/`, and `report.json` once it is finished.
public struct RunFolder: Sendable {
  public let path: String
  /// How this run cuts its work: recorded, or decided now.
  public let execution: TrainingExecution

  static let configuration = "config.json"
  static let report = "report.json"
  static let metrics = "metrics.jsonl"

  /// Where its metrics are.
  public var metricsPath: String { path + "/" + Self.metrics }
  /// Its checkpoints.
  public var checkpoints: CheckpointFolder { CheckpointFolder(path + "/checkpoints") }

  /// What `open` found.
  public enum Opening: Sendable {
    /// The same run has finished here.
    case upToDate(report: JSONValue)
    /// A run to begin, or, with a checkpoint, to go on with.
    case ready(RunFolder, Checkpoint?)
  }

  /// Where a run in `path` would go on: the position that its newest checkpoint stores; nil where there is none.
  ///
  /// For those who must attach to a ring before they can say what run they want.
  public static func resumePosition(_ path: String) throws(RunFolderError) -> UInt64? {
    let newest = try wrap { () throws(FileError) in
      try CheckpointFolder(path + "/checkpoints").newest()
    }
    guard let newest else { return nil }
    let state = try wrap { () throws(FileError) in
      try JSONValue.read(newest + "/" + Checkpoint.stateFile)
    }
    return RunState(state)?.position
  }

  /// Decides what to do with `path`; nothing is written by a refusal.
  public static func open(_ path: String, _ request: RunRequest) throws(RunFolderError) -> Opening {
    guard let found = try existing(path) else {
      guard !request.resume else { throw .nothingToResume(path: path) }
      return .ready(RunFolder(path: path, execution: request.newExecution), nil)
    }
    if request.overwrite && !request.resume {
      try wrap { () throws(FileError) in try clear(path) }
      return .ready(RunFolder(path: path, execution: request.newExecution), nil)
    }
    let execution = try compare(path, found, request)
    let folder = RunFolder(path: path, execution: execution)
    let isSameBudget = found["settings"]?["budget"] == request.settings.json["budget"]
    if isSameBudget, Folder.kind(of: path + "/" + report) == .file {
      return .upToDate(
        report: try wrap { () throws(FileError) in try JSONValue.read(path + "/" + report) })
    }
    return .ready(folder, try folder.checkpoint(request))
  }

  /// Makes the folder and writes `config.json`; a finished run that goes on to a larger budget is no longer finished.
  public func begin(_ request: RunRequest, machine: JSONValue) throws(FileError) {
    try checkpoints.prepare()
    try Folder.remove(path + "/" + Self.report)
    let json = request.configuration(execution, machine: machine)
    try AtomicFile.replace(path + "/" + Self.configuration, with: json.fileBytes)
  }

  /// Writes the report, which makes the run a finished one.
  public func finish(_ report: JSONValue) throws(FileError) {
    try AtomicFile.replace(path + "/" + Self.report, with: report.fileBytes)
  }

  /// The `config.json` of the run in `path`; nil where there is nothing or an empty folder.
  private static func existing(_ path: String) throws(RunFolderError) -> JSONValue? {
    switch Folder.kind(of: path) {
    case .nothing: return nil
    case .file, .other: throw .notAFolder(path: path)
    case .folder: break
    }
    let names = try wrap { () throws(FileError) in try Folder.entries(of: path) }
    let own = [configuration, report, metrics, "checkpoints"]
    if let name = names.first(where: { !own.contains($0) && !$0.hasSuffix(".tmp") }) {
      throw .foreign(path: path, name: name)
    }
    guard names.contains(configuration) else {
      // A run that was killed before its first file had a name has left nothing worth keeping.
      if names.contains(metrics) || names.contains(report) {
        throw .foreign(path: path, name: "files without a \(configuration)")
      }
      return nil
    }
    return try wrap { () throws(FileError) in try JSONValue.read(path + "/" + configuration) }
  }

  private static func clear(_ path: String) throws(FileError) {
    for name in try Folder.entries(of: path) { try Folder.remove(path + "/" + name) }
  }

  private func checkpoint(_ request: RunRequest) throws(RunFolderError) -> Checkpoint? {
    let newest = try Self.wrap { () throws(FileError) in try checkpoints.newest() }
    guard let newest else {
      if request.resume { throw .nothingToResume(path: path) }
      return nil
    }
    do throws(CheckpointError) { return try Checkpoint(newest, for: .resuming) } catch {
      throw .checkpoint(error)
    }
  }

  static func wrap<Result>(_ body: () throws(FileError) -> Result) throws(RunFolderError) -> Result
  {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }
}

extension RunFolder {
  /// Compares the run that is there with the one that is asked for, and returns how the one that is there cuts its work.
  private static func compare(_ path: String, _ found: JSONValue, _ request: RunRequest)
    throws(RunFolderError) -> TrainingExecution
  {
    guard let execution = found["execution"].flatMap({ TrainingExecution($0) }),
      let data = found["data"].flatMap({ DataFacts($0) }), let settings = found["settings"]
    else { throw .foreign(path: path, name: "a \(configuration) of another kind") }
    do throws(TrainingDataError) { try data.check(request.data) } catch {
      throw .data(path: path, error)
    }
    try compareSettings(path, settings, request)
    let heldOut = request.heldOutFingerprint.map(JSONValue.string) ?? .null
    if let recorded = found["heldout_fingerprint"], recorded != heldOut {
      throw .otherRun(
        path: path, setting: "the held-out set", found: recorded.serialized(),
        asked: heldOut.serialized())
    }
    try compare(path, "threads", execution.threads, request.threads)
    try compare(path, "a micro-batch of", execution.microBatch, request.microBatch)
    return execution
  }

  private static func compareSettings(_ path: String, _ found: JSONValue, _ request: RunRequest)
    throws(RunFolderError)
  {
    for asked in request.settings.json.members ?? [] where asked.key != "budget" {
      // Read back as it was written, so that 1.0 and 1 are not taken for different.
      let recorded = found[asked.key]?.serialized() ?? "nothing"
      if recorded != asked.value.serialized() {
        throw .otherRun(
          path: path, setting: asked.key, found: recorded, asked: asked.value.serialized())
      }
    }
    let text = found["budget"]?.string ?? "", asked = request.settings.budget
    guard text != asked.description else { return }
    guard request.resume else {
      throw .otherBudget(path: path, found: text, asked: asked.description)
    }
    guard let budget = Budget(text), asked.isLarger(than: budget) else {
      throw .smallerBudget(path: path, found: text, asked: asked.description)
    }
  }

  private static func compare(_ path: String, _ setting: String, _ found: Int, _ asked: Int?)
    throws(RunFolderError)
  {
    guard let asked, asked != found else { return }
    throw .otherExecution(path: path, setting: setting, found: "\(found)", asked: "\(asked)")
  }
}
