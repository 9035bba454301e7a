import RingProtocol

/// Writes a copy of a dataset or of a shard in which all is whole again.
public struct Repair {
  /// A shard of the copy.
  public struct Outcome: Sendable, Equatable {
    public var file: String
    /// What was made again, in words; nothing where it was whole.
    public var repairs: [String]
  }

  private let threads: Int

  public init(threads: Int) {
    self.threads = threads
  }

  /// Copies the dataset or shard at `path` into `folder`, which is new or empty or left by a run of this that was stopped.
  ///
  /// Every shard is verified before it gets its name, and has the SHA-256 of the manifest; the manifest is written last.
  ///
  /// - Throws: `ShardError.beyondRepair` for the first shard of which too much is lost.
  public func repair(
    _ path: String, to folder: String, progress: ProgressMeter? = nil,
    cancellation: CancellationFlag = CancellationFlag()
  ) throws -> [Outcome] {
    guard Folder.kind(of: path) == .folder else {
      progress?.total = 1
      try prepare(folder, for: [Folder.name(of: path)])
      return [try repair(shard: path, to: folder, sha256: nil)]
    }
    let source = try InspectionTarget.datasetFolder(path)
    let manifest = try Manifest.read(source)
    progress?.total = UInt64(manifest.shards.count)
    try prepare(folder, for: manifest.shards.map(\.file) + [Manifest.fileName])
    var outcomes: [Outcome] = []
    for shard in manifest.shards {
      try cancellation.check()
      outcomes.append(
        try repair(shard: source + "/" + shard.file, to: folder, sha256: shard.sha256))
      progress?.advance(by: 1)
    }
    let bytes = try InputFile.bytes(of: source + "/" + Manifest.fileName)
    try AtomicFile.replace(folder + "/" + Manifest.fileName, with: bytes)
    return outcomes
  }

  private func prepare(_ folder: String, for names: [String]) throws {
    try Folder.create(folder)
    let own = Set(names + names.map { $0 + ".tmp" })
    if let foreign = try Folder.entries(of: folder).first(where: { !own.contains($0) }) {
      throw OutputFolderError.foreign(path: folder, name: foreign)
    }
  }

  private func repair(shard path: String, to folder: String, sha256: String?) throws -> Outcome {
    let target = folder + "/" + Folder.name(of: path)
    guard target != path else {
      throw FileError("write", path, detail: "it is what is to be repaired; name another folder")
    }
    var surgery = try ShardSurgery(path)
    let isWhole = Verification.problems(shard: path, threads: threads).isEmpty
    let bytes = isWhole ? try InputFile.bytes(of: path) : try surgery.operate()
    if let sha256, SHA256.hex(of: bytes) != sha256 {
      throw ShardError.beyondRepair(
        path: path, found: "what comes out is not the shard that the manifest names")
    }
    try AtomicFile.replace(target, with: bytes)
    if let problem = Verification.problems(shard: target, threads: threads).first {
      try Folder.remove(target)
      throw ShardError.beyondRepair(path: path, found: "what comes out is not whole (\(problem))")
    }
    return Outcome(file: Folder.name(of: path), repairs: isWhole ? [] : surgery.repairs)
  }
}
