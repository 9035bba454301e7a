import CramCommand
import DataPrep

/// The options of verbs that read documents.
public struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files, folders or globs of documents; - is standard input (JSON lines).", valueName: "input")
  )
  public var paths: [String] = []

  @Option(help: ArgumentHelp("A file with more inputs, one path a line.", valueName: "file"))
  public var filesFrom: String?

  @Option(help: ArgumentHelp("The field that holds the text.", valueName: "name"))
  public var textField = "text"

  @Option(help: ArgumentHelp("The field that names the document.", valueName: "name"))
  public var idField = "id"

  @Option(help: "What one document of a .txt file is: file, paragraph or line.")
  public var textDocuments: TextDocuments = .file

  @Flag(help: "Drop and count lines that are no documents, instead of stopping at the first.")
  public var skipDamaged = false

  @Option(help: ArgumentHelp("The longest line that is accepted.", valueName: "size"))
  public var lineLimit = ByteSize(bytes: 1 << 30)

  public init() {}

  /// What to read.
  public var corpus: CorpusInputs {
    CorpusInputs(
      paths: paths, filesFrom: filesFrom, textField: textField, idField: idField,
      textDocuments: textDocuments, skipDamaged: skipDamaged, lineLimit: lineLimit.bytes)
  }

  /// Refuses a command line that names no input: wrong usage.
  public func requireInput() throws {
    if paths.isEmpty, filesFrom == nil {
      throw UsageError(
        "no input: name files, folders or globs, - for standard input, or --files-from")
    }
  }
}

extension TextDocuments: ExpressibleByArgument {}
