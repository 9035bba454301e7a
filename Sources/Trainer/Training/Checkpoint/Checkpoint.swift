import RingProtocol

/// A checkpoint on disk, verified: every file that will be read has the size and SHA-256 that were written.
///
/// A folder with `model.safetensors`, `config.json`, `optimizer.safetensors`, `state.json`, `checksums.json` and the tokenizer's files.
public struct Checkpoint: Sendable {
  /// The version of the folder's form that this release writes and reads.
  public static let format: Int64 = 1

  static let weightsFile = "model.safetensors"
  static let configurationFile = "config.json"
  static let optimizerFile = "optimizer.safetensors"
  static let stateFile = "state.json"
  static let checksumsFile = "checksums.json"

  /// What a reader wants of it.
  public enum Use: Sendable {
    /// Weights, configuration and tokenizer.
    case reading
    /// Everything.
    case resuming
  }

  /// The folder.
  public let path: String
  public let configuration: ModelConfiguration
  /// What it was trained on.
  public let data: DataFacts
  /// The share of places that was masked.
  public let maskingRate: Double
  /// Processor, kernels and libraries that made it.
  public let machine: JSONValue
  /// Names of the tokenizer's files that lie in it.
  public let companions: [String]

  /// Opens the checkpoint at `path`, which may also be a run's folder: then its latest one. Reads each file once, for its digest.
  public init(_ path: String, for use: Use = .reading) throws(CheckpointError) {
    let folder = Self.locate(path), sums = try Self.sums(of: folder)
    let forResuming = [Self.optimizerFile, Self.stateFile]
    for sum in sums where use == .resuming || !forResuming.contains(sum.name) {
      try sum.verify(in: folder)
    }
    let file = folder + "/" + Self.configurationFile
    let json = try Self.reading { () throws(FileError) in try JSONValue.read(file) }
    guard let facts = json["data"].flatMap({ DataFacts($0) }),
      let rate = json["masking_rate"]?.double
    else { throw .notACheckpoint(path: folder, found: "its config.json names no data") }
    do throws(ModelError) { configuration = try ModelConfiguration(json) } catch {
      throw .model(path: file, error)
    }
    (self.path, data, maskingRate) = (folder, facts, rate)
    machine = json["machine"] ?? .null
    let own = forResuming + [Self.weightsFile, Self.configurationFile]
    companions = sums.map(\.name).filter { !own.contains($0) }
  }

  /// How far the run had come.
  public func state() throws(CheckpointError) -> RunState {
    let file = path + "/" + Self.stateFile
    let json = try Self.reading { () throws(FileError) in try JSONValue.read(file) }
    guard let state = RunState(json) else {
      throw .notACheckpoint(path: path, found: "its state.json lacks a field")
    }
    return state
  }

  /// Reads the weights into a model of the same configuration.
  public func load(into model: MaskedLanguageModel) throws(CheckpointError) {
    precondition(model.configuration == configuration, "a model of another configuration")
    try read(Self.weightsFile, into: model.values, layout: model.layout, prefix: "")
  }

  /// Reads the moments into an optimizer of a model of this configuration.
  public func load(into optimizer: AdamW, layout: ParameterLayout) throws(CheckpointError) {
    try read(Self.optimizerFile, into: optimizer.moments1, layout: layout, prefix: "moment1.")
    try read(Self.optimizerFile, into: optimizer.moments2, layout: layout, prefix: "moment2.")
    optimizer.stepCount = Int(try state().optimizerStep)
  }

  private func read(_ file: String, into block: FloatBlock, layout: ParameterLayout, prefix: String)
    throws(CheckpointError)
  {
    do throws(SafetensorsError) {
      let reader = try SafetensorsReader(path + "/" + file)
      for tensor in layout.tensors {
        try reader.read(prefix + tensor.name, shape: tensor.shape, into: block[tensor.range])
      }
    } catch {
      throw .tensors(error)
    }
  }

  static func reading<Result>(_ body: () throws(FileError) -> Result) throws(CheckpointError)
    -> Result
  {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }
}

extension Checkpoint {
  /// A run's folder stands for its latest checkpoint.
  private static func locate(_ path: String) -> String {
    let latest = path + "/checkpoints/latest"
    return Folder.kind(of: latest) == .folder ? latest : path
  }

  /// What `checksums.json` says of one file.
  struct Sum {
    let name: String
    let digest: FileDigest

    /// Compares the file with what was written; reads all of it.
    func verify(in folder: String) throws(CheckpointError) {
      let path = folder + "/" + name
      let size = try Checkpoint.reading { () throws(FileError) in try InputFile(path).size }
      guard size == digest.bytes else {
        throw .damaged(path: path, found: "\(size) bytes", expected: "\(digest.bytes)")
      }
      let found = try Checkpoint.reading { () throws(FileError) in try SHA256.hex(ofFile: path) }
      guard found == digest.sha256 else {
        throw .damaged(
          path: path, found: "SHA-256 \(found.prefix(16))…",
          expected: "\(digest.sha256.prefix(16))…")
      }
    }
  }

  private static func sums(of folder: String) throws(CheckpointError) -> [Sum] {
    switch Folder.kind(of: folder) {
    case .folder: break
    case .nothing: throw .notACheckpoint(path: folder, found: "nothing is there")
    case .file, .other: throw .notACheckpoint(path: folder, found: "it is no folder")
    }
    let path = folder + "/" + checksumsFile
    guard Folder.kind(of: path) == .file else {
      throw .notACheckpoint(path: folder, found: "it has no \(checksumsFile)")
    }
    let json = try reading { () throws(FileError) in try JSONValue.read(path) }
    guard let version = json["format"]?.int, let files = json["files"]?.members else {
      throw .notACheckpoint(path: folder, found: "its \(checksumsFile) lists no files")
    }
    guard version <= format else { throw .newerFormat(path: folder, found: version) }
    let sums = files.compactMap { file -> Sum? in
      guard let bytes = file.value["bytes"]?.int, let hash = file.value["sha256"]?.string,
        !file.key.contains("/")
      else { return nil }
      return Sum(name: file.key, digest: FileDigest(bytes: UInt64(max(0, bytes)), sha256: hash))
    }
    let needed = [weightsFile, configurationFile]
    guard sums.count == files.count,
      needed.allSatisfy({ name in sums.contains { $0.name == name } })
    else {
      throw .notACheckpoint(path: folder, found: "its \(checksumsFile) lists no \(weightsFile)")
    }
    return sums
  }
}
