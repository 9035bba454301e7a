import Glibc

/// A file open for reading.
public struct InputFile: ~Copyable, Sendable {
  /// Its path, as given.
  public let path: String
  /// The open descriptor; owned by this value.
  public let descriptor: Int32

  /// Opens `path`; a folder is refused.
  public init(_ path: String) throws(FileError) {
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError("read", path, errno: errno) }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(opened)
      throw FileError("read", path, errno: EISDIR)
    }
    self.path = path
    descriptor = opened
  }

  deinit {
    close(descriptor)
  }

  /// The file's size in bytes; 0 for a pipe.
  public var size: UInt64 {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
  }

  /// Reads the next bytes, at most `buffer.count`; 0 at the end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      // A signal that asks for the end must get through to a reader that waits for a pipe or a terminal.
      guard errno == EINTR, !CancellationFlag.process.isSet else {
        throw FileError("read", path, errno: errno)
      }
    }
  }

  /// Reads exactly `buffer.count` bytes at `offset`; less is an error that names the byte where the file ends.
  public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileError)
  {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError("read", path, errno: errno) }
      guard count > 0 else {
        let end = offset + UInt64(done)
        throw FileError(
          "read", path,
          detail: "it ends at byte \(end), \(buffer.count - done) bytes too early; make it again")
      }
      done += count
    }
  }

  /// The whole content of the file at `path`.
  public static func bytes(of path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path)
    var content: [UInt8] = []
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { piece.deallocate() }
    content.reserveCapacity(Int(file.size))
    while true {
      let count = try file.read(into: piece)
      if count == 0 { return content }
      content.append(contentsOf: piece[..<count])
    }
  }
}
