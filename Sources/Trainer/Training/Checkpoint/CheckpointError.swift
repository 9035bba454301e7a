import RingProtocol

/// Why a checkpoint cannot be read.
public enum CheckpointError: Error, CustomStringConvertible {
  case file(FileError)
  case tensors(SafetensorsError)
  case model(path: String, ModelError)
  /// The folder is no checkpoint; `found` says what it lacks.
  case notACheckpoint(path: String, found: String)
  /// A file is not what was written.
  case damaged(path: String, found: String, expected: String)
  /// A later release wrote it.
  case newerFormat(path: String, found: Int64)

  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .tensors(let error): "\(error)"
    case .model(let path, let error): "\(path): \(error)"
    case .notACheckpoint(let path, let found):
      "\(path): no checkpoint, \(found); name a folder such as RUN/checkpoints/latest"
    case .damaged(let path, let found, let expected):
      "\(path): damaged, found \(found), expected \(expected); take an earlier checkpoint or another copy"
    case .newerFormat(let path, let found):
      "\(path): checkpoint format \(found), this release reads \(Checkpoint.format); take a newer release"
    }
  }
}
