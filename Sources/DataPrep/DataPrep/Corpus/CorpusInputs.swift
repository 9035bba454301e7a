/// What a stage reads, as its command line says it.
public struct CorpusInputs: Sendable {
  /// Files, folders, globs, and `-` for standard input, in the order in which they are read.
  public var paths: [String]
  /// A file with one more path a line, read after `paths`.
  public var filesFrom: String?
  /// The member of a line that holds the text.
  public var textField: String
  /// The member of a line that names the document.
  public var idField: String
  /// What one document of a `.txt` file is.
  public var textDocuments: TextDocuments
  /// Whether a line that is no document is dropped and counted, instead of stopping the run.
  public var skipDamaged: Bool
  /// The most bytes that one line (of a `.txt`: one document) may have.
  public var lineLimit: UInt64
  /// A block ends with the line that reaches so many bytes: part of the format, and less only in tests.
  package var blockBytes = InputBlock.targetBytes

  /// One gibibyte.
  public static let defaultLineLimit: UInt64 = 1 << 30

  public init(
    paths: [String], filesFrom: String? = nil, textField: String = "text", idField: String = "id",
    textDocuments: TextDocuments = .file, skipDamaged: Bool = false,
    lineLimit: UInt64 = CorpusInputs.defaultLineLimit
  ) {
    self.paths = paths
    self.filesFrom = filesFrom
    self.textField = textField
    self.idField = idField
    self.textDocuments = textDocuments
    self.skipDamaged = skipDamaged
    self.lineLimit = lineLimit
  }
}

/// What one document of a `.txt` file is.
public enum TextDocuments: String, Sendable, CaseIterable {
  /// The whole file.
  case file
  /// Lines up to an empty one.
  case paragraph
  /// Each line.
  case line
}
