import Glibc
import RingProtocol

/// A file without a name for what came as a stream and has to be read anywhere; its space is free again with its last descriptor.
final class UnnamedFile {
  private let descriptor: Int32

  /// Where there is room for large files that need not outlive a run.
  private static let folder = "/var/tmp"

  init() throws(CorpusError) {
    var name = Array("\(Self.folder)/cram-XXXXXX".utf8CString)
    let opened = mkstemp(&name)
    guard opened >= 0 else { throw .file(FileError("write", Self.folder, errno: errno)) }
    _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
    unlink(name)
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(CorpusError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(FileError("write", Self.folder, errno: errno)) }
      done += count
    }
  }

  /// A descriptor of the same file, for the caller to close.
  func duplicate() throws(CorpusError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .file(FileError("read", Self.folder, errno: errno)) }
    return copy
  }
}
