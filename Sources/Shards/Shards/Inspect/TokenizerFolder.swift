import RingProtocol

/// Where the tokenizer of a dataset lies: in its folder, or in one above.
public enum TokenizerFolder {
  /// The files of a tokenizer, the main one first.
  public static let names = [
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// Copies the tokenizer whose `tokenizer.json` has this digest from `folder` or the nearest folder above to `target`.
  ///
  /// - Returns: whether there is one.
  public static func copy(
    above folder: String, sha256: String, to target: String
  ) throws(FileError) -> Bool {
    var folder = Folder.absolute(folder)
    while true {
      let path = (folder == "/" ? "" : folder) + "/"
      if Folder.kind(of: path + names[0]) == .file,
        try SHA256.hex(ofFile: path + names[0]) == sha256
      {
        for name in names where Folder.kind(of: path + name) == .file {
          try AtomicFile.replace(target + "/" + name, with: try InputFile.bytes(of: path + name))
        }
        return true
      }
      guard folder != "/" else { return false }
      folder = Folder.parent(of: folder)
    }
  }
}
