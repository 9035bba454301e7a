import RingProtocol
import TestSupport
import Testing

@Suite struct OutputFolderTests {
  private let settings: JSONValue = ["mode": "exact"]

  private func open(
    _ path: String, settings: JSONValue? = nil, inputs: [InputStamp] = [], overwrite: Bool = false
  ) throws -> OutputFolder.Opening {
    try OutputFolder.open(
      path, stage: "dedup", settings: settings ?? self.settings, inputs: inputs,
      overwrite: overwrite, isOwnFile: { $0.hasPrefix("documents-") })
  }

  private func begin(_ path: String) throws -> OutputFolder {
    guard case .ready(let folder) = try open(path) else { throw Unexpected() }
    return folder
  }

  private struct Unexpected: Error {}

  @Test
  func `finished is up to date for the same settings, refused for others, replaced on demand`()
    throws
  {
    try withTemporaryFolder { base in
      let path = base + "/out"
      try begin(path).finish(report: StageReport(stage: "dedup", settings: settings))
      guard case .upToDate = try open(path) else { throw Unexpected() }
      let error = #expect(throws: OutputFolderError.self) {
        try open(path, settings: ["mode": "near"])
      }
      #expect(error?.description.contains("--overwrite") == true)
      guard case .ready(let fresh) = try open(path, settings: ["mode": "near"], overwrite: true)
      else {
        throw Unexpected()
      }
      #expect(!fresh.isContinued)
      #expect(try Folder.entries(of: path) == ["unfinished.json"])
    }
  }

  @Test func `unfinished is continued by the same command only`() throws {
    try withTemporaryFolder { base in
      let path = base + "/out"
      let first = try begin(path)
      #expect(!first.isContinued)
      let second = try begin(path)
      #expect(second.isContinued)
      #expect(throws: OutputFolderError.self) { try open(path, settings: ["mode": "near"]) }
    }
  }

  @Test func `an input of another time is another input`() throws {
    try withTemporaryFolder { base in
      try AtomicFile.replace(base + "/in", with: "1")
      let before = [try InputStamp(of: base + "/in")]
      guard case .ready(let folder) = try open(base + "/out", inputs: before) else {
        throw Unexpected()
      }
      try folder.finish(report: StageReport(stage: "dedup", settings: settings))
      try AtomicFile.replace(base + "/in", with: "22")
      let after = [try InputStamp(of: base + "/in")]
      #expect(throws: OutputFolderError.self) { try open(base + "/out", inputs: after) }
    }
  }

  @Test func `standard input is never up to date`() throws {
    try withTemporaryFolder { base in
      let inputs = [try InputStamp(of: "-")]
      guard case .ready(let folder) = try open(base + "/out", inputs: inputs) else {
        throw Unexpected()
      }
      try folder.finish(report: StageReport(stage: "dedup", settings: settings))
      #expect(throws: OutputFolderError.self) { try open(base + "/out", inputs: inputs) }
    }
  }

  @Test func `a foreign file is never touched`() throws {
    try withTemporaryFolder { base in
      try AtomicFile.replace(base + "/notes.txt", with: "mine")
      #expect(throws: OutputFolderError.self) { try open(base) }
      #expect(throws: OutputFolderError.self) { try open(base, overwrite: true) }
      #expect(try Folder.entries(of: base) == ["notes.txt"])
    }
  }

  @Test func `a dry run is no finished result`() throws {
    try withTemporaryFolder { base in
      let path = base + "/out"
      try OutputFolder.writeDryRun(path, report: StageReport(stage: "dedup", settings: settings))
      let first = try begin(path)
      #expect(!first.isContinued)
    }
  }

  @Test func `a file in the place of the folder is refused`() throws {
    try withTemporaryFolder { base in
      try AtomicFile.replace(base + "/out", with: "x")
      #expect(throws: OutputFolderError.self) { try open(base + "/out") }
    }
  }
}
