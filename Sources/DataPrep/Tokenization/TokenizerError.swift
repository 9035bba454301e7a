import RingProtocol

/// Why a tokenizer cannot be used.
public enum TokenizerError: Error, CustomStringConvertible {
  /// Its file cannot be read, or is not JSON.
  case unreadable(FileError)
  /// The folder has none of the files of a tokenizer.
  case notATokenizer(path: String)
  /// A part of the file would change the ids in a way that is not built here. Never ignored.
  case unsupported(path: String, part: String, found: String, supported: String)
  /// A part of the file is missing or contradicts another.
  case malformed(path: String, part: String, found: String, expected: String)

  public var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .notATokenizer(let path):
      "no tokenizer in \(path): expected tokenizer.json, or vocab.txt; "
        + "name a folder that `cram vocab` wrote, or a tokenizer.json"
    case .unsupported(let path, let part, let found, let supported):
      "\(path): \(part) \(found) is not supported, only \(supported); "
        + "choose another tokenizer, or train one with `cram vocab`"
    case .malformed(let path, let part, let found, let expected):
      "\(path): \(part): found \(found), expected \(expected); save the tokenizer again"
    }
  }
}

/// Why a part of a tokenizer is refused; the file's path is added by whoever reads the file.
enum DefinitionError: Error {
  case unsupported(part: String, found: String, supported: String)
  case malformed(part: String, found: String, expected: String)

  func at(_ path: String) -> TokenizerError {
    switch self {
    case .unsupported(let part, let found, let supported):
      .unsupported(path: path, part: part, found: found, supported: supported)
    case .malformed(let part, let found, let expected):
      .malformed(path: path, part: part, found: found, expected: expected)
    }
  }
}
