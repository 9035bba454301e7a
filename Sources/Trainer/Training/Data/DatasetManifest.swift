import RingProtocol

/// Where a dataset is and what its `manifest.json` says of it, without opening a shard: that is the streamer's work.
public struct DatasetManifest: Sendable {
  /// The folder with `manifest.json`.
  public let folder: String
  public let facts: DataFacts
  public let sequences: UInt64

  /// Reads `folder/manifest.json`.
  public init(_ folder: String) throws(FileError) {
    let path = folder + "/manifest.json"
    let json = try JSONValue.read(path)
    guard let facts = DataFacts(json), let sequences = json.count("sequences") else {
      throw FileError(
        "use", path, detail: "it is no dataset's manifest; name a folder that cram tokenize wrote")
    }
    (self.folder, self.facts, self.sequences) = (folder, facts, sequences)
  }

  /// The dataset in `folder`: itself, or the part called `part` of what `cram tokenize` wrote; nil where neither is there.
  public static func find(_ folder: String, part: String) throws(FileError) -> DatasetManifest? {
    for candidate in [folder, folder + "/" + part]
    where Folder.kind(of: candidate + "/manifest.json") == .file {
      return try DatasetManifest(candidate)
    }
    return nil
  }

  /// The dataset in `folder` like `find`; nothing there is an error that says what was looked for.
  public static func require(_ folder: String, part: String) throws(FileError) -> DatasetManifest {
    if let found = try find(folder, part: part) { return found }
    guard Folder.kind(of: folder) == .nothing else {
      throw FileError(
        "use", folder,
        detail:
          "it has no manifest.json, and no \(part)/manifest.json; name a folder that cram tokenize wrote"
      )
    }
    throw FileError(
      "read", folder, detail: "there is no such folder; name one that cram tokenize wrote")
  }
}

extension StreamerProcess.Command {
  /// A streamer of this dataset into the ring `ring`, which ends with this process.
  ///
  /// - Parameters:
  ///   - batch: sequences of a slot, which is transport only.
  ///   - epochs: nil for an endless stream.
  public init(
    executable: String, dataset: DatasetManifest, ring: String, batch: Int, epochs: Int?,
    seed: UInt64
  ) {
    var arguments = [
      dataset.folder, "--ring", ring, "--batch", "\(batch)", "--seed", "\(seed)", "--grace", "10s",
      "--die-with-parent", "--quiet",
    ]
    if let epochs { arguments += ["--epochs", "\(epochs)"] }
    self.init(executable: executable, arguments: arguments)
  }
}
