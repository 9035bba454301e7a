import Glibc
import RingProtocol

/// A sorted run of records in a file without a name: gone with this value, however the process ends.
final class SortedRun<Record: ExchangeRecord> {
  private(set) var count = 0
  private let folder: String
  private let descriptor: Int32

  /// An empty run in `folder`.
  init(folder: String) throws(FileError) {
    var path = Array("\(folder)/run-XXXXXX\0".utf8CString)
    let opened = mkstemp(&path)
    guard opened >= 0 else { throw FileError("write", folder, errno: errno) }
    unlink(path)
    _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
    self.folder = folder
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// Appends records that are not before those that are there.
  func append(_ records: UnsafeBufferPointer<Record>) throws(FileError) {
    try Descriptor.write(UnsafeRawBufferPointer(records), to: descriptor, of: folder)
    count += records.count
  }

  /// Reads records from the place `start` on and returns how many there were.
  func read(from start: Int, into room: UnsafeMutableBufferPointer<Record>) throws(FileError) -> Int
  {
    let size = min(room.count, count - start)
    let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: room[..<size]))
    let offset = start * MemoryLayout<Record>.stride
    var done = 0
    while done < bytes.count {
      let got = pread(
        descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileError("read", folder, errno: errno) }
      guard got > 0 else { throw FileError("read", folder, detail: "a sorted run was cut short") }
      done += got
    }
    return size
  }
}
