import Glibc
import RingProtocol

/// Where lines go: a file that appears whole at the end, or, as they come, something that is no regular file.
struct LineTarget: ~Copyable {
  private let path: String
  private var file: AtomicFile?
  private let descriptor: Int32

  /// - Parameter path: `-` is standard output; a pipe or a device is written directly.
  init(path: String) throws(FileError) {
    let kind = path == "-" ? Folder.Kind.other : Folder.kind(of: path)
    guard kind != .folder else { throw FileError("write", path, errno: EISDIR) }
    guard kind == .other else {
      let file = try AtomicFile(path: path)
      (self.path, descriptor) = (path, -1)
      self.file = .some(file)
      return
    }
    let opened = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    (self.path, descriptor) = (path, opened)
    file = nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  mutating func write(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { bytes in
      do throws(FileError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if file != nil { return try file!.write(bytes) }
    try Descriptor.write(bytes, to: descriptor, of: path)
  }

  /// Gives a regular file its name; once.
  mutating func finish() throws(FileError) {
    if let whole = file.take() { try whole.commit() }
  }
}
