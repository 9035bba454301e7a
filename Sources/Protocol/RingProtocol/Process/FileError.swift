import Glibc

/// What the file system refused, in one line that ends with what to do.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What was tried: `"open"`, `"read"`, `"write"`, …
  public let action: String
  /// The system's error number; 0 where the fault is in what the file holds.
  public let number: Int32
  /// What was found, where `number` is 0.
  public let detail: String

  /// A refusal by the system: `number` is `errno`.
  public init(_ action: String, _ path: String, errno number: Int32) {
    (self.path, self.action, self.number, self.detail) = (path, action, number, "")
  }

  /// A fault of what lies at `path`; `detail` says what was found and what to do.
  public init(_ action: String, _ path: String, detail: String) {
    (self.path, self.action, self.number, self.detail) = (path, action, 0, detail)
  }

  public var description: String {
    "cannot \(action) \(path): \(number == 0 ? detail : "\(reason); \(remedy)")"
  }

  private var reason: String {
    number == ENOSPC || number == EDQUOT
      ? "no space left on the device" : String(cString: strerror(number)).lowercased()
  }

  private var remedy: String {
    switch number {
    case ENOENT: "check the path"
    case EACCES, EPERM, EROFS: "check the permissions, or choose another place"
    case ENOSPC, EDQUOT: "free some space, then run the same command again"
    case EISDIR: "name a file, not a folder"
    case ENOTDIR: "a part of the path is a file: name another place"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    default: "check the disk, then run the same command again"
    }
  }
}
