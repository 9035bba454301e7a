import Glibc

/// A file that appears whole or not at all.
///
/// Bytes go to `PATH.tmp`; `commit` makes them durable and gives them their name. A value that is dropped without `commit` removes what it wrote.
///
/// What is no regular file (a device, a pipe), and whatever lies in `/dev` such as `/dev/stdout`, is written directly: a new file in its place would
/// take it away from everybody.
public struct AtomicFile: ~Copyable {
  /// The final path.
  public let path: String
  /// Bytes written so far.
  public private(set) var count: UInt64 = 0
  private let descriptor: Int32
  private let isDirect: Bool
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferBytes = 1 << 16

  /// The name that the bytes bear until `commit`.
  public var temporaryPath: String { path + ".tmp" }

  /// Begins a file that will be called `path`; what an earlier, killed writer left under the temporary name is replaced.
  public init(path: String) throws(FileError) {
    let isDirect = Self.isWrittenDirectly(path)
    let opened =
      isDirect
      ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
      : open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    (self.path, self.isDirect) = (path, isDirect)
    descriptor = opened
  }

  private static func isWrittenDirectly(_ path: String) -> Bool {
    let kind = Folder.kind(of: path)
    let absolute = Folder.absolute(path)
    return kind == .other
      || kind == .file && absolute.hasPrefix("/dev/") && !absolute.hasPrefix("/dev/shm/")
  }

  deinit {
    close(descriptor)
    if !isCommitted, !isDirect { unlink(temporaryPath) }
  }

  /// Appends `bytes`.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    count += UInt64(bytes.count)
    guard buffer.count + bytes.count > Self.bufferBytes else {
      buffer.append(contentsOf: bytes)
      return
    }
    try flush()
    if bytes.count < Self.bufferBytes {
      buffer.append(contentsOf: bytes)
    } else {
      try Descriptor.write(bytes, to: descriptor, of: path)
    }
  }

  /// Appends `bytes`.
  public mutating func write(_ bytes: [UInt8]) throws(FileError) {
    var failure: FileError?
    bytes.withUnsafeBytes { raw in
      do throws(FileError) { try write(raw) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Appends the UTF-8 of `text`.
  public mutating func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// Makes the bytes durable, gives the file its name, and makes the name durable.
  public consuming func commit() throws(FileError) {
    try flush()
    guard !isDirect else { return }
    guard fsync(descriptor) == 0 else { throw FileError("write", path, errno: errno) }
    guard rename(temporaryPath, path) == 0 else { throw FileError("write", path, errno: errno) }
    isCommitted = true
    try Folder.synchronize(Folder.parent(of: path))
  }

  /// Replaces the file at `path` by one with these bytes.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    var file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Replaces the file at `path` by one with the UTF-8 of `text`.
  public static func replace(_ path: String, with text: String) throws(FileError) {
    try replace(path, with: Array(text.utf8))
  }

  private mutating func flush() throws(FileError) {
    guard !buffer.isEmpty else { return }
    var failure: FileError?
    buffer.withUnsafeBytes { raw in
      do throws(FileError) { try Descriptor.write(raw, to: descriptor, of: path) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    buffer.removeAll(keepingCapacity: true)
  }
}
