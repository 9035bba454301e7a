import RingProtocol

/// Why documents cannot be read.
public enum CorpusError: Error, Equatable, CustomStringConvertible {
  /// No path was given.
  case noInput
  /// An argument that yields no file.
  case nothingFound(argument: String, reason: String)
  /// The system refused.
  case file(FileError)
  /// A known form of compression, or another format, that is not read.
  case unsupported(path: String, format: String)
  /// Compressed data that cannot be what was written.
  case damaged(path: String, format: String, detail: String)
  /// Compressed data that ends too early.
  case truncated(path: String, format: String)
  /// A column of a Parquet file that no field can be made of; the problem goes on behind its name.
  case unreadableColumn(path: String, column: String, problem: String)
  /// A Parquet file without the column of the text.
  case noColumn(path: String, column: String, found: [String])
  /// A line that is no document.
  case badLine(path: String, line: Int, problem: String)
  /// A line of more bytes than allowed.
  case lineTooLong(path: String, line: Int, limit: UInt64)

  /// One line, whatever stands in names.
  public var description: String {
    text.unicodeScalars.reduce(into: "") { line, scalar in
      if scalar.properties.generalCategory == .control {
        line += scalar.escaped(asASCII: true)
      } else {
        line.unicodeScalars.append(scalar)
      }
    }
  }

  private var text: String {
    switch self {
    case .noInput: "no input; name files, folders or globs, - for standard input, or --files-from"
    case .nothingFound(let argument, let reason): "input \(argument): \(reason)"
    case .file(let error): "\(error)"
    case .unsupported(let path, let format):
      "\(path) is \(format), which is not read; give JSON lines, .txt or Parquet, plain, .gz, .zst, .lz4, .xz or .bz2"
    case .damaged(let path, let format, let detail):
      "\(path): damaged \(format) data (\(detail)); fetch or make the file again"
    case .truncated(let path, let format):
      "\(path): the \(format) data ends too early; fetch or make the file again"
    case .unreadableColumn(let path, let column, let problem):
      "\(path): the column \"\(column)\" \(problem), which is not read; write the file anew without it, or as strings, numbers, booleans, dates or times"
    case .noColumn(let path, let column, let found):
      "\(path): no column \"\(column)\"; it has \(found.joined(separator: ", ")); name the text's with --text-field"
    case .badLine(let path, let line, let problem):
      "\(path):\(line): \(problem); repair the line, or give --skip-damaged to drop such lines"
    case .lineTooLong(let path, let line, let limit):
      "\(path):\(line): longer than \(limit) bytes; give a larger --line-limit, or one document a line"
    }
  }
}
