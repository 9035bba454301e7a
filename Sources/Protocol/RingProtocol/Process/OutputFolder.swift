import Glibc

/// What tells one input file from another of the same name.
public struct InputStamp: Equatable, Sendable {
  /// The absolute path, so that the folder in which a command is given does not matter; `-` is standard input.
  public let path: String
  public let size: UInt64
  public let modificationNanoseconds: Int64

  /// The stamp of the file at `path`.
  public init(of path: String) throws(FileError) {
    var status = stat()
    guard path != "-" else {
      (self.path, size, modificationNanoseconds) = (path, 0, 0)
      return
    }
    guard stat(path, &status) == 0 else { throw FileError("read", path, errno: errno) }
    self.path = Folder.absolute(path)
    size = UInt64(status.st_size)
    modificationNanoseconds =
      Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  var json: JSONValue {
    [
      "path": .string(path), "size": .unsigned(size),
      "modification_nanoseconds": .int(modificationNanoseconds),
    ]
  }
}

/// Why a stage may not write into a folder.
public enum OutputFolderError: Error, CustomStringConvertible {
  case file(FileError)
  case notAFolder(path: String)
  case foreign(path: String, name: String)
  case otherResult(path: String, found: String)
  case standardInput(path: String)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .notAFolder(let path): "output \(path) is not a folder; name a new or an empty one"
    case .foreign(let path, let name):
      "output \(path) holds \(name), which no run of this command wrote; name a new or an empty folder"
    case .otherResult(let path, let found):
      "output \(path) holds \(found); name another folder, or give --overwrite to replace it"
    case .standardInput(let path):
      "output \(path) is finished, and standard input cannot be compared with what it was made of; name another folder, or give --overwrite"
    }
  }
}

/// The folder that a stage writes, from the first byte to the report.
///
/// A *finished* folder holds `report.json` with a key of settings and inputs; an *unfinished* one holds `unfinished.json` with it.
public struct OutputFolder: Sendable {
  /// Where it is.
  public let path: String
  /// Whether an earlier run of the same settings and inputs was stopped here: what it finished may be kept.
  public let isContinued: Bool
  /// The hash of the settings and inputs that the result is made of.
  public let key: String

  /// What `open` found.
  public enum Opening: Sendable {
    /// The same command has finished here; the report says what it made.
    case upToDate(report: JSONValue)
    /// The folder is ours to fill.
    case ready(OutputFolder)
  }

  static let marker = "unfinished.json"
  static let report = "report.json"

  /// Opens the output of `stage`, and creates the folder where it is missing. Call it when the inputs are known to be good: nothing is created for a refusal.
  ///
  /// - Parameters:
  ///   - settings: the options that change the result.
  ///   - inputs: stamps of every input file; with standard input a finished result is never up to date.
  ///   - isOwnFile: whether a name directly in the folder is one that this stage writes. `report.json`, the marker and `*.tmp` need not be named.
  public static func open(
    _ path: String, stage: String, settings: JSONValue, inputs: [InputStamp], overwrite: Bool,
    isOwnFile: (String) -> Bool
  ) throws(OutputFolderError) -> Opening {
    let key = Self.key(stage: stage, settings: settings, inputs: inputs)
    let opening: Result<Opening, OutputFolderError>
    do throws(FileError) {
      opening = try open(
        path, key: key, inputs: inputs, overwrite: overwrite, isOwnFile: isOwnFile)
    } catch {
      throw .file(error)
    }
    return try opening.get()
  }

  private static func open(
    _ path: String, key: String, inputs: [InputStamp], overwrite: Bool, isOwnFile: (String) -> Bool
  ) throws(FileError) -> Result<Opening, OutputFolderError> {
    switch Folder.kind(of: path) {
    case .nothing: return .success(.ready(try begin(path, key: key)))
    case .file, .other: return .failure(.notAFolder(path: path))
    case .folder: break
    }
    let names = try Folder.entries(of: path)
    if let name = names.first(where: { !isOwn($0) && !isOwnFile($0) }) {
      return .failure(.foreign(path: path, name: name))
    }
    switch state(of: path, names: names, key: key) {
    case .finished(let report):
      if !inputs.contains(where: { $0.path == "-" }) { return .success(.upToDate(report: report)) }
      if !overwrite { return .failure(.standardInput(path: path)) }
    case .unfinished:
      return .success(.ready(OutputFolder(path: path, isContinued: true, key: key)))
    case .empty: break
    case .other(let found):
      if !overwrite { return .failure(.otherResult(path: path, found: found)) }
    }
    for name in names { try Folder.remove(path + "/" + name) }
    return .success(.ready(try begin(path, key: key)))
  }

  /// Writes `report.json`, which makes the folder a finished one. The last thing a stage does.
  public func finish(report: StageReport) throws(FileError) {
    var json = report.json
    json["key"] = .string(key)
    try AtomicFile.replace(path + "/" + Self.report, with: json.serialized(pretty: true) + "\n")
    try Folder.remove(path + "/" + Self.marker)
  }

  /// Forgets a run whose input turned out to be unfit before anything was written, so that another can begin here.
  ///
  /// The folder goes too, unless it holds something.
  public func abandon() throws(FileError) {
    try Folder.remove(path + "/" + Self.marker)
    if try Folder.entries(of: path).isEmpty { try Folder.remove(path) }
  }

  /// Writes only `report.json` of a run that made nothing else (`--dry-run`); it never counts as finished.
  public static func writeDryRun(_ path: String, report: StageReport) throws(FileError) {
    try Folder.create(path)
    var json = report.json
    json["dry_run"] = true
    try AtomicFile.replace(path + "/" + Self.report, with: json.serialized(pretty: true) + "\n")
  }

  private enum State {
    case finished(report: JSONValue), unfinished, empty
    case other(found: String)
  }

  private static func isOwn(_ name: String) -> Bool {
    name == report || name == marker || name.hasSuffix(".tmp")
  }

  private static func state(of path: String, names: [String], key: String) -> State {
    if names.contains(report) {
      let json = (try? JSONValue.read(path + "/" + report)) ?? .null
      if json["dry_run"] != nil, names == [report] { return .empty }
      return json["key"]?.string == key
        ? .finished(report: json) : .other(found: "a result of other settings or inputs")
    }
    if names.contains(marker) {
      let json = (try? JSONValue.read(path + "/" + marker)) ?? .null
      return json["key"]?.string == key
        ? .unfinished : .other(found: "an unfinished run of other settings or inputs")
    }
    return names.allSatisfy { $0.hasSuffix(".tmp") }
      ? .empty : .other(found: "files without a report")
  }

  private static func begin(_ path: String, key: String) throws(FileError) -> OutputFolder {
    try Folder.create(path)
    let marker: JSONValue = ["key": .string(key), "version": .string(cramVersion)]
    try AtomicFile.replace(path + "/" + Self.marker, with: marker.serialized() + "\n")
    return OutputFolder(path: path, isContinued: false, key: key)
  }

  private static func key(stage: String, settings: JSONValue, inputs: [InputStamp]) -> String {
    let all: JSONValue = [
      "stage": .string(stage), "settings": settings, "inputs": .array(inputs.map(\.json)),
    ]
    return SHA256.hex(of: all.serialized())
  }
}
