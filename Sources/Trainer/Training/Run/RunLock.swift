import Glibc
import RingProtocol

/// Holds a run's folder for this process: two that wrote into one would spoil it.
///
/// A lock on the open folder, which the system releases when the process ends, however it ends.
struct RunLock: ~Copyable {
  private let descriptor: Int32

  /// Locks `path`, which exists; throws where another process holds it.
  init(_ path: String) throws(FileError) {
    let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      close(opened)
      guard number == EWOULDBLOCK else { throw FileError("lock", path, errno: number) }
      throw FileError(
        "write", path,
        detail: "another process trains in it; wait for it, stop it, or name another folder")
    }
    descriptor = opened
  }

  deinit { close(descriptor) }
}
