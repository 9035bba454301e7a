import Glibc
import RingProtocol

/// The metrics of a run, a line at a time.
public struct MetricsLog: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Opens the log at `path` for appending. Lines of steps after `step`, and a line that a killed process left torn, are cut off first, so that the log is that of one run; what is
  /// left ends with the line of `lastStep`.
  public init(_ path: String, upTo step: UInt64?) throws(FileError) {
    let kept = try Self.lines(of: path, upTo: step)
    try AtomicFile.replace(path, with: kept.bytes)
    let opened = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    self.path = path
    descriptor = opened
    lastStep = kept.lastStep
  }

  deinit { close(descriptor) }

  /// The step of the last line; nil where there is none.
  public private(set) var lastStep: UInt64?

  /// Appends a line, in one write.
  public mutating func append(_ line: MetricsLine) throws(FileError) {
    let bytes = Array((line.json.serialized() + "\n").utf8)
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw FileError("write", path, errno: errno) }
      done += written
    }
    lastStep = line.step
  }

  /// Makes the lines durable: a checkpoint must not be newer than its metrics.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError("write", path, errno: errno) }
  }

  private static func lines(of path: String, upTo step: UInt64?) throws(FileError)
    -> (bytes: [UInt8], lastStep: UInt64?)
  {
    guard let step, Folder.kind(of: path) == .file else { return ([], nil) }
    let bytes = try InputFile.bytes(of: path)
    var (end, last) = (0, UInt64?.none)
    while let newline = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = try? JSONValue.parse(Array(bytes[end..<newline]))
      guard let found = line?["step"]?.int.flatMap({ UInt64(exactly: $0) }), found <= step else {
        break
      }
      (end, last) = (newline + 1, found)
    }
    return (Array(bytes[..<end]), last)
  }
}
