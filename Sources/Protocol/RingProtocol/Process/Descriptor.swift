import Glibc

/// What is done with an open descriptor, whoever owns it.
package enum Descriptor {
  /// Writes all of `bytes`; `path` is for the error.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, of path: String
  ) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw FileError("write", path, errno: errno) }
      done += written
    }
  }
}
