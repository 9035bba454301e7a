import Glibc
import RingProtocol

/// A run's `checkpoints`: `step-N` folders, each whole, and the link `latest` to the newest.
public struct CheckpointFolder: Sendable {
  public let path: String
  /// How many of the newest stay.
  public let kept: Int

  public init(_ path: String, kept: Int = 3) {
    (self.path, self.kept) = (path, kept)
  }

  /// A file that is copied into every checkpoint: the tokenizer's.
  public struct Companion: Equatable, Sendable {
    public var name: String
    public var bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
      (self.name, self.bytes) = (name, bytes)
    }
  }

  /// The steps that have a checkpoint, rising; none where the folder is not there.
  public func steps() throws(FileError) -> [UInt64] {
    guard Folder.kind(of: path) == .folder else { return [] }
    return try Folder.entries(of: path).compactMap { name in
      name.hasPrefix("step-") ? UInt64(name.dropFirst(5)) : nil
    }.sorted()
  }

  /// The folder of the newest checkpoint; nil where there is none.
  public func newest() throws(FileError) -> String? {
    try steps().last.map { folder(of: $0) }
  }

  /// Makes the folder, and removes what killed writers left in it.
  public func prepare() throws(FileError) {
    try Folder.create(path)
    for name in try Folder.entries(of: path) where name.hasSuffix(".tmp") {
      try Folder.remove(path + "/" + name)
    }
  }

  /// Writes the checkpoint of `state.step`, makes it the latest, and removes the oldest beyond `kept`.
  ///
  /// It appears whole or not at all: until it is durable it has a name that ends in `.tmp`, and that goes when writing fails.
  public func write(
    _ model: MaskedLanguageModel, _ optimizer: AdamW, state: RunState, configuration: JSONValue,
    companions: [Companion]
  ) throws(FileError) {
    let final = folder(of: state.step), temporary = final + ".tmp"
    if Folder.kind(of: final) == .nothing {
      try Folder.remove(temporary)
      do throws(FileError) {
        try Folder.create(temporary)
        try fill(temporary, model, optimizer, state, configuration, companions)
        guard rename(temporary, final) == 0 else { throw FileError("write", final, errno: errno) }
        try Folder.synchronize(path)
      } catch {
        // The failure to report is the first one.
        try? Folder.remove(temporary)
        throw error
      }
    }
    try link(to: state.step)
    for step in try steps().filter({ $0 < state.step }).dropLast(kept - 1) {
      try Folder.remove(folder(of: step))
    }
  }

  private func folder(of step: UInt64) -> String { "\(path)/step-\(step)" }

  private func fill(
    _ folder: String, _ model: MaskedLanguageModel, _ optimizer: AdamW, _ state: RunState,
    _ configuration: JSONValue, _ companions: [Companion]
  ) throws(FileError) {
    var sums: [JSONValue.Member] = []
    func add(_ name: String, _ digest: FileDigest) {
      sums.append(
        .init(name, ["bytes": .unsigned(digest.bytes), "sha256": .string(digest.sha256)]))
    }
    func add(_ name: String, _ bytes: [UInt8]) throws(FileError) {
      var file = try DigestingFile(path: folder + "/" + name)
      try file.write(bytes)
      add(name, try file.commit())
    }
    let layout = model.layout
    let weights = SafetensorsWriter(layout.views(of: model.values, prefix: ""))
    add(Checkpoint.weightsFile, try weights.write(to: folder + "/" + Checkpoint.weightsFile))
    let moments = SafetensorsWriter(
      layout.views(of: optimizer.moments1, prefix: "moment1.")
        + layout.views(of: optimizer.moments2, prefix: "moment2."))
    add(Checkpoint.optimizerFile, try moments.write(to: folder + "/" + Checkpoint.optimizerFile))
    try add(Checkpoint.configurationFile, configuration.fileBytes)
    try add(Checkpoint.stateFile, state.json.fileBytes)
    for companion in companions { try add(companion.name, companion.bytes) }
    let all: JSONValue = ["format": .int(Checkpoint.format), "files": .object(sums)]
    try AtomicFile.replace(folder + "/" + Checkpoint.checksumsFile, with: all.fileBytes)
  }

  private func link(to step: UInt64) throws(FileError) {
    let latest = path + "/latest", temporary = latest + ".tmp"
    unlink(temporary)
    guard symlink("step-\(step)", temporary) == 0, rename(temporary, latest) == 0 else {
      throw FileError("write", latest, errno: errno)
    }
    try Folder.synchronize(path)
  }
}

extension ParameterLayout {
  /// The tensors of a block, to be written.
  func views(of block: FloatBlock, prefix: String) -> [SafetensorsWriter.Tensor] {
    tensors.map {
      .init(
        name: prefix + $0.name, shape: $0.shape, values: UnsafeBufferPointer(block[$0.range]))
    }
  }
}

extension JSONValue {
  /// The value as a file for people: indented, with a line's end.
  var fileBytes: [UInt8] { Array((serialized(pretty: true) + "\n").utf8) }
}
