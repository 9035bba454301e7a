import RingProtocol

/// One file that a corpus reads.
public struct CorpusFile: Sendable, Equatable {
  /// The path to open; `-` is standard input.
  public let path: String
  /// What its documents are named after: `-`, a file's name, or a file's path below the folder that was named.
  public let name: String
  /// What is really opened: `path`, or a copy of what can be read only once.
  var opened: String

  init(path: String, name: String) {
    (self.path, self.name, opened) = (path, name, path)
  }

  /// Whether it is a regular file, and no pipe.
  var isReadableTwice: Bool { opened != "-" && Folder.kind(of: opened) == .file }

  /// Whether documents are lines of JSON, or the text itself.
  var isText: Bool { DocumentExtension.of(path) == .text }
}

/// The file names that count as documents in a folder.
enum DocumentExtension {
  case lines
  case text
  case parquet

  private static let compressions = [".gz", ".zst", ".lz4", ".xz", ".bz2"]

  /// What `name` says of its content; nil when it does not count.
  static func of(_ name: String) -> DocumentExtension? {
    var stem = name[...]
    if let compression = compressions.first(where: stem.hasSuffix) {
      stem = stem.dropLast(compression.count)
    }
    if stem.hasSuffix(".txt") { return .text }
    if stem.hasSuffix(".parquet") { return .parquet }
    return [".jsonl", ".ndjson", ".json"].contains(where: stem.hasSuffix) ? .lines : nil
  }
}
