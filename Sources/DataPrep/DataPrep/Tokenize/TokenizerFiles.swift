import RingProtocol
import Tokenization

/// A tokenizer and the files that go with every dataset made with it.
public struct TokenizerFiles: Sendable {
  /// The path it was loaded from, as given.
  public let path: String
  public let tokenizer: Tokenizer
  /// SHA-256 of the tokenizer.json that is written beside the dataset.
  public let sha256: String
  private let files: [(name: String, content: [UInt8])]

  static let mainName = "tokenizer.json"
  private static let otherNames = ["vocab.txt", "tokenizer_config.json", "special_tokens_map.json"]

  /// The names under which a tokenizer's files are written.
  public static let names = [mainName] + otherNames

  /// Loads a tokenizer.json, or a folder that `Tokenizer.load` takes.
  ///
  /// A tokenizer.json is kept byte for byte, with the other files of its folder; where there is none it is made.
  public init(_ path: String) throws {
    tokenizer = try Tokenizer.load(path)
    self.path = path
    let isFolder = Folder.kind(of: path) == .folder
    let main = isFolder ? path + "/" + Self.mainName : path
    let content =
      Folder.kind(of: main) == .nothing
      ? Array((tokenizer.definition.json.serialized(pretty: true) + "\n").utf8)
      : try InputFile.bytes(of: main)
    // What lies beside a file of another name may belong to another tokenizer.
    let isWhole = isFolder || Folder.name(of: path) == Self.mainName
    let folder = isFolder ? path : Folder.parent(of: path)
    let others = try (isWhole ? Self.otherNames : [])
      .filter { Folder.kind(of: folder + "/" + $0) == .file }
      .map { (name: $0, content: try InputFile.bytes(of: folder + "/" + $0)) }
    sha256 = SHA256.hex(of: content)
    files = [(Self.mainName, content)] + others
  }

  /// Writes the files into `folder`.
  public func write(to folder: String) throws(FileError) {
    for file in files { try AtomicFile.replace(folder + "/" + file.name, with: file.content) }
  }
}
