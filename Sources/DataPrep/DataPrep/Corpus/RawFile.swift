import Glibc
import RingProtocol

/// The bytes of one input file as they are stored, through a buffer of 256 KiB.
///
/// A reader that waits for a pipe or a terminal looks up every tenth of a second whether it should stop.
final class RawFile {
  let path: String
  private let descriptor: Int32
  /// Whether it is a file that can be read anywhere, and no pipe or terminal.
  let isRegular: Bool
  private let isStopped: () -> Bool
  private let buffer: UnsafeMutableRawBufferPointer
  private var position = 0
  private var filled = 0
  private(set) var hasEnded = false
  /// Bytes taken from the file so far.
  private(set) var count: UInt64 = 0
  /// Bytes that a seek passed over: fewer than none where it went back.
  private var skipped: Int64 = 0

  private static let bufferBytes = 256 << 10

  /// Opens `place` (`-` is standard input); errors call it `path`.
  init(_ place: String, named path: String, isStopped: @escaping () -> Bool) throws(CorpusError) {
    let opened =
      place == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(place, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw .file(FileError("read", path, errno: errno)) }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(opened)
      throw .file(FileError("read", path, errno: EISDIR))
    }
    self.path = path
    self.isStopped = isStopped
    descriptor = opened
    isRegular = status.st_mode & S_IFMT == S_IFREG
    buffer = .allocate(byteCount: Self.bufferBytes, alignment: 64)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// A descriptor of the same file, for the caller to close.
  func duplicate() throws(CorpusError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .file(FileError("read", path, errno: errno)) }
    return copy
  }

  /// Where in the file the next available byte stands.
  var offset: UInt64 { UInt64(Int64(count) + skipped - Int64(available.count)) }

  /// Goes on at `offset` of a regular file.
  func seek(to offset: UInt64) throws(CorpusError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw .file(FileError("read", path, errno: errno))
    }
    (position, filled, hasEnded) = (0, 0, false)
    skipped = Int64(offset) - Int64(count)
  }

  /// What is buffered and not yet taken.
  var available: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[position..<filled])
  }

  /// Takes the first `count` of the available bytes.
  func take(_ count: Int) {
    position += count
  }

  /// Waits for more available bytes; afterwards there are none only at the file's end.
  func fill() throws(CorpusError) {
    if position == filled { (position, filled) = (0, 0) }
    if filled == buffer.count {
      buffer.copyMemory(from: available)
      (position, filled) = (0, filled - position)
    }
    let free = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
    filled += try readSome(into: free)
  }

  /// Buffers at least `count` bytes where the file has them.
  func fill(atLeast count: Int) throws(CorpusError) {
    while available.count < count, !hasEnded { try fill() }
  }

  /// The next bytes, past the buffer where it is empty; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    guard !available.isEmpty else { return try readSome(into: target) }
    let count = min(available.count, target.count)
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: available[..<count]))
    take(count)
    return count
  }

  private func readSome(into target: UnsafeMutableRawBufferPointer) throws(CorpusError) -> Int {
    while !hasEnded {
      if !isRegular, !isReady() {
        if isStopped() { return 0 }
        continue
      }
      let got = Glibc.read(descriptor, target.baseAddress, target.count)
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else { throw .file(FileError("read", path, errno: errno)) }
      hasEnded = got == 0
      count += UInt64(got)
      return got
    }
    return 0
  }

  private func isReady() -> Bool {
    var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&one, 1, 100) > 0
  }
}
