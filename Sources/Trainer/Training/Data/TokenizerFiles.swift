import RingProtocol

/// The files of a tokenizer, which travel with every checkpoint.
public enum TokenizerFiles {
  static let main = "tokenizer.json"
  private static let beside = [
    "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
  ]

  /// The folder or file that `path` names, or the nearest `tokenizer.json` in `folder` and at most two folders above it; nil where there is none.
  public static func find(near folder: String) -> String? {
    var place = folder
    for _ in 0..<3 {
      if Folder.kind(of: place + "/" + main) == .file { return place + "/" + main }
      place += "/.."
    }
    return nil
  }

  /// The `tokenizer.json` that `path` names: the file, or the one in the folder.
  public static func json(_ path: String) -> String {
    Folder.kind(of: path) == .folder ? path + "/" + main : path
  }

  /// Reads the `tokenizer.json` that `path` names (the file, or a folder with it) and the files beside it.
  public static func read(_ path: String) throws(FileError) -> [CheckpointFolder.Companion] {
    let file = json(path), folder = Folder.parent(of: file)
    var files = [CheckpointFolder.Companion(name: main, bytes: try InputFile.bytes(of: file))]
    for name in beside where Folder.kind(of: folder + "/" + name) == .file {
      files.append(.init(name: name, bytes: try InputFile.bytes(of: folder + "/" + name)))
    }
    return files
  }
}

extension Checkpoint {
  /// The tokenizer's files that lie in it, for the next checkpoint of the run.
  public func readCompanions() throws(FileError) -> [CheckpointFolder.Companion] {
    var files: [CheckpointFolder.Companion] = []
    for name in companions {
      files.append(.init(name: name, bytes: try InputFile.bytes(of: path + "/" + name)))
    }
    return files
  }

  /// The tokenizer to use: the one that is given, else the one that lies in the checkpoint.
  public func tokenizerPath(given path: String?) throws(FileError) -> String {
    if let path { return path }
    guard let found = companions.first(where: { $0 == TokenizerFiles.main }) else {
      throw FileError("use", self.path, detail: "it holds no tokenizer; give --tokenizer PATH")
    }
    return self.path + "/" + found
  }
}
