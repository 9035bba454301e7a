import Glibc

/// A new folder that is gone, with all in it, when `body` ends.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/cram-test-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else {
    throw TestSupportError(what: "mkdtemp", number: errno)
  }
  let path = String(cString: made)
  defer { removeTree(path) }
  return try body(path)
}

/// What the test's own ground could not do.
public struct TestSupportError: Error {
  public let what: String
  public let number: Int32

  public init(what: String, number: Int32) {
    (self.what, self.number) = (what, number)
  }
}

/// Removes a file or a folder with all that is in it.
public func removeTree(_ path: String) {
  var status = stat()
  guard lstat(path, &status) == 0 else { return }
  if status.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) {
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    closedir(stream)
    for name in names where name != "." && name != ".." { removeTree(path + "/" + name) }
    rmdir(path)
  } else {
    unlink(path)
  }
}
