import Glibc
import RingProtocol

/// What a file holds, to tell whether it still does.
struct SliceStamp: Equatable {
  var bytes: UInt64 = 0
  /// CRC-32C.
  var checksum: UInt32 = 0
}

/// Appends to one of many files: it is open only while what has gathered in memory is written.
final class SliceAppender {
  private let path: String
  private let buffer: UnsafeMutableRawBufferPointer
  private var filled = 0
  private(set) var stamp = SliceStamp()

  /// - Parameter buffer: is the caller's, and lives as long as this value is used. May be of any size.
  init(path: String, buffer: UnsafeMutableRawBufferPointer) {
    (self.path, self.buffer) = (path, buffer)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if filled + bytes.count > buffer.count { try flush() }
    guard bytes.count <= buffer.count else { return try write(bytes) }
    UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + bytes.count])
      .copyMemory(from: bytes)
    filled += bytes.count
  }

  /// Appends a number as it lies in memory: the file is read on the machine that wrote it.
  func append(_ number: some FixedWidthInteger & BitwiseCopyable) throws(FileError) {
    var failure: FileError?
    withUnsafeBytes(of: number) { bytes in
      do throws(FileError) { try append(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Writes what has gathered and makes the file durable; there is one even if nothing was appended.
  func finish() throws(FileError) {
    try flush()
    let opened = try opened()
    defer { close(opened) }
    guard fsync(opened) == 0 else { throw FileError("write", path, errno: errno) }
  }

  private func flush() throws(FileError) {
    guard filled > 0 else { return }
    try write(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    filled = 0
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    let opened = try opened()
    defer { close(opened) }
    try Descriptor.write(bytes, to: opened, of: path)
    stamp.bytes += UInt64(bytes.count)
    stamp.checksum = Checksum.crc32c(bytes, seed: stamp.checksum)
  }

  private func opened() throws(FileError) -> Int32 {
    let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    return opened
  }
}
