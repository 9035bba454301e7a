import Glibc
import RingProtocol

/// What a command that reads documents and writes a folder found or did.
public enum StageOutcome: Sendable {
  /// The same command has finished here before; nothing was touched.
  case upToDate(report: JSONValue)
  /// It was done now.
  case done(StageReport)
}

/// A command that reads documents and writes a folder of documents, from the look at the folder to the report.
public struct StageCommand: Sendable {
  /// The verb.
  public var stage: String
  /// The options that change the result, beside those of the corpus.
  public var settings: [JSONValue.Member]
  public var corpus: Corpus
  /// Files beside the corpus that the result depends on.
  public var otherInputs: [InputStamp] = []
  /// The output folder.
  public var output: String
  /// The file for what is left out.
  public var dropped: String?
  public var overwrite = false
  /// Whether only the report is written, which then is no finished result.
  public var isDryRun = false
  /// Names that the stage writes into the folder beside its documents.
  public var otherOutputs: [String] = []

  /// Counts up when the same settings and inputs give other bytes than before.
  static let format: Int64 = 1

  public init(
    stage: String, settings: [JSONValue.Member], corpus: Corpus, output: String,
    dropped: String? = nil
  ) {
    (self.stage, self.settings, self.corpus) = (stage, settings, corpus)
    (self.output, self.dropped) = (output, dropped)
  }

  /// All that the report and the key of the result state.
  public var allSettings: JSONValue {
    .object(settings + corpus.settings + [.init("format", .int(Self.format))])
  }

  /// Does the work, unless it was done before.
  ///
  /// - Parameter body: the work itself; gets the folder to write into (nil for a dry run) and counts into the report.
  /// - Throws: `OutputFolderError`, `StageError`, or what `body` throws: then the folder has no report, and the same command goes on.
  public func perform(
    _ body: (_ folder: OutputFolder?, _ report: inout StageReport) throws -> Void
  ) throws -> StageOutcome {
    var report = StageReport(stage: stage, settings: allSettings)
    guard !isDryRun else {
      try refuseOutputAmongInputs()
      try refuseResult()
      try body(nil, &report)
      try OutputFolder.writeDryRun(output, report: report)
      return .done(report)
    }
    switch try open() {
    case .upToDate(let report): return .upToDate(report: report)
    case .ready(let folder):
      return try filling(folder) {
        try body(folder, &report)
        try finish(folder, report)
        return .done(report)
      }
    }
  }

  /// Looks at the output folder, and begins a run in it where there is none.
  func open() throws -> OutputFolder.Opening {
    try refuseOutputAmongInputs()
    let opening = try OutputFolder.open(
      output, stage: stage, settings: allSettings, inputs: corpus.stamps + otherInputs,
      overwrite: overwrite, isOwnFile: isOwnFile)
    if case .upToDate = opening { try Folder.remove(statePath) }
    return opening
  }

  /// Writes the report, which makes the result a finished one, and removes what the steps exchanged.
  func finish(_ folder: OutputFolder, _ report: StageReport) throws {
    try folder.finish(report: report)
    try Folder.remove(statePath)
  }

  /// Works in the folder. Documents that will never do leave nothing that keeps others out of it.
  func filling<Result>(_ folder: OutputFolder, _ work: () throws -> Result) throws -> Result {
    do { return try work() } catch let error as any UnfitDocumentsError {
      try Folder.remove(statePath)
      try folder.abandon()
      throw error
    }
  }

  /// The folder in which the steps of the run exchange files; of a dry run one that counts for nothing.
  var statePath: String { output + "/" + (isDryRun ? Self.state + ".tmp" : Self.state) }

  private static let state = "state"

  private func isOwnFile(_ name: String) -> Bool {
    PartWriter.isPart(name) || name == Self.state || otherOutputs.contains(name)
      || ["dropped.jsonl", "dropped.jsonl.zst"].contains(name)
      || name == dropped.map { Folder.name(of: $0) }
  }

  /// A stage that read what it writes would find its documents again, or lose them while it reads.
  private func refuseOutputAmongInputs() throws(StageError) {
    let output = Self.realPath(output).map { $0 + "/" }
    let dropped = dropped.flatMap { Folder.kind(of: $0) == .file ? Self.realPath($0) : nil }
    guard output != nil || dropped != nil else { return }
    for file in corpus.files where file.path != "-" {
      guard let path = Self.realPath(file.path) else { continue }
      if let output, path.hasPrefix(output) {
        throw .outputAmongInputs(output: self.output, input: file.path)
      }
      if path == dropped { throw .droppedIsInput(path: file.path) }
    }
  }

  /// A dry run writes only its own report, and never over that of a result.
  private func refuseResult() throws {
    guard Folder.kind(of: output) != .nothing else { return }
    let names = try Folder.entries(of: output).filter { !$0.hasSuffix(".tmp") }
    let report = try? JSONValue.read(output + "/report.json")
    guard names.isEmpty || (names == ["report.json"] && report?["dry_run"]?.bool == true) else {
      throw StageError.dryRunOverResult(output: output)
    }
  }

  private static func realPath(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }
}

/// Why these documents will never do for what was asked, however often it is tried; thrown before anything of the result is written.
package protocol UnfitDocumentsError: Error {}

/// Why a stage does not begin.
public enum StageError: Error, Equatable, CustomStringConvertible {
  case outputAmongInputs(output: String, input: String)
  case droppedIsInput(path: String)
  case dryRunOverResult(output: String)

  public var description: String {
    switch self {
    case .outputAmongInputs(let output, let input):
      "output \(output) holds \(input), which is an input; name a folder outside of the inputs"
    case .droppedIsInput(let path):
      "--dropped \(path) would replace an input; name another file"
    case .dryRunOverResult(let output):
      "output \(output) is not empty, and a dry run writes a report of its own; name a new or an empty folder"
    }
  }
}
