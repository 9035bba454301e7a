import RingProtocol

/// Why a Parquet file cannot be read; `ParquetRows` adds the path.
enum ParquetFault: Error, Equatable {
  /// What cannot be as its writer made it.
  case damaged(String)
  /// A structure goes on behind the bytes that were given for it.
  case endsEarly
  /// A kind of file that is not read as a whole, by its name.
  case unsupported(String)
  /// A column that no field of a document can be made of; the problem goes on behind the column's name.
  case column(String, problem: String)
  case file(FileError)
  /// A row, from 1, whose text is above the limit for lines.
  case lineTooLong(row: Int)

  /// The error for the file at `path`.
  func error(path: String, lineLimit: UInt64) -> CorpusError {
    switch self {
    case .damaged(let detail): .damaged(path: path, format: "Parquet", detail: detail)
    case .endsEarly:
      .damaged(path: path, format: "Parquet", detail: "a structure ends in the middle")
    case .unsupported(let format): .unsupported(path: path, format: format)
    case .column(let name, let problem):
      .unreadableColumn(path: path, column: name, problem: problem)
    case .file(let error): .file(error)
    case .lineTooLong(let row): .lineTooLong(path: path, line: row, limit: lineLimit)
    }
  }
}
