import Glibc
import RingProtocol

/// The file that `--dropped` names: the documents that were left out, each with its reason.
///
/// A name that ends in `.zst` is compressed. A regular file appears whole at the end; what is no regular file (a pipe,
/// `/dev/null`) is written directly.
struct DroppedWriter: ~Copyable {
  /// Whether what is appended must be zstd frames.
  let isCompressed: Bool
  private let path: String
  private var file: AtomicFile?
  private let descriptor: Int32
  private var isEmpty = true

  init(path: String) throws(FileError) {
    let kind = Folder.kind(of: path)
    guard kind != .folder else { throw FileError("write", path, errno: EISDIR) }
    let opened = kind == .other ? open(path, O_WRONLY | O_CLOEXEC) : -1
    guard kind != .other || opened >= 0 else { throw FileError("write", path, errno: errno) }
    let file = kind == .other ? nil : try AtomicFile(path: path)
    self.path = path
    self.file = file
    isCompressed = Self.isCompressed(path)
    descriptor = opened
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Whether a file of this name gets zstd frames.
  static func isCompressed(_ path: String) -> Bool { path.hasSuffix(".zst") }

  /// Appends lines, as a frame where `isCompressed`.
  mutating func append(_ bytes: [UInt8]) throws(FileError) {
    guard !bytes.isEmpty else { return }
    isEmpty = false
    if file != nil { return try file!.write(bytes) }
    var done = 0
    while done < bytes.count {
      let written = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw FileError("write", path, errno: errno) }
      done += written
    }
  }

  /// Gives the file its name; of nothing dropped there is an empty file.
  mutating func finish() throws(FileError) {
    if isEmpty, isCompressed { try append(FrameCompressor().frame(of: [])) }
    if let whole = file.take() { try whole.commit() }
  }
}
