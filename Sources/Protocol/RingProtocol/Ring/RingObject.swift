import CRing
import Glibc

/// Owns the open file and the mapping of a ring, and with them this process's life lines.
struct RingObject: ~Copyable {
  let path: String
  let file: Int32
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  var cells: RingCells { RingCells(base: base) }

  private init(path: String, file: Int32, base: UnsafeMutableRawPointer, byteCount: Int) {
    (self.path, self.file, self.base, self.byteCount) = (path, file, base, byteCount)
  }

  deinit {
    munmap(base, byteCount)
    close(file)
  }

  /// What a try to open or create found.
  enum Attempt: ~Copyable {
    case opened(RingObject)
    case absent
    /// There, but without its full size yet: somebody is making it, or died while doing so.
    case unfinished
  }

  /// Opens and maps what lies at `path`.
  static func open(_ path: String, writable: Bool = true) throws(RingError) -> Attempt {
    let file = Glibc.open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW)
    if file < 0 {
      if errno == ENOENT || errno == ENOTDIR { return .absent }
      throw .system(path: path, action: "open", errno: errno)
    }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size >= RingLayout.page else {
      close(file)
      if status.st_size == 0 { return .unfinished }
      throw .notARing(path: path, found: "\(status.st_size) bytes")
    }
    let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    return .opened(try map(path, file, Int(status.st_size), protection))
  }

  /// Makes an object of `byteCount` zero bytes that nobody else has, with the producer's life line taken; `absent`
  /// where another process was quicker.
  static func create(_ path: String, byteCount: Int) throws(RingError) -> Attempt {
    let file = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if file < 0 {
      if errno == EEXIST { return .absent }
      throw .system(path: path, action: "create", errno: errno)
    }
    guard ring_lock(file, RingLayout.producerLine) == 0 else {
      close(file)
      return .absent
    }
    let result = ring_allocate(file, Int64(byteCount))
    guard result == 0 else {
      unlink(path)
      close(file)
      if result == -ENOSPC || result == -EDQUOT {
        throw .noSpace(folders: [path], bytes: byteCount)
      }
      throw .system(path: path, action: "allocate", errno: -result)
    }
    do throws(RingError) {
      return .opened(try map(path, file, byteCount, PROT_READ | PROT_WRITE))
    } catch {
      unlink(path)
      throw error
    }
  }

  private static func map(
    _ path: String, _ file: Int32, _ byteCount: Int, _ protection: Int32
  ) throws(RingError) -> RingObject {
    let base = mmap(nil, byteCount, protection, MAP_SHARED, file, 0)
    guard let base, base != MAP_FAILED else {
      let number = errno
      close(file)
      throw .system(path: path, action: "map", errno: number)
    }
    return RingObject(path: path, file: file, base: base, byteCount: byteCount)
  }

  /// Takes a life line for as long as this value lives. Keeps trying for half a second, since the kernel needs a
  /// moment to release the lines of a killed process; false where a living one holds it.
  func takeLine(_ line: Int64) -> Bool {
    for attempt in 0..<50 {
      if attempt > 0 { usleep(10_000) }
      if ring_lock(file, line) == 0 { return true }
      if !isCurrent { return false }
    }
    return false
  }

  /// Takes a life line without waiting.
  func tryLine(_ line: Int64) -> Bool { ring_lock(file, line) == 0 }

  /// Gives a life line back.
  func giveLine(_ line: Int64) { _ = ring_unlock(file, line) }

  /// Whether another process holds `line`: its owner lives.
  func isHeld(_ line: Int64) -> Bool { ring_is_locked(file, line) != 0 }

  /// Whether the name still leads to this object.
  var isCurrent: Bool {
    var own = stat()
    var named = stat()
    return fstat(file, &own) == 0 && stat(path, &named) == 0 && own.st_ino == named.st_ino
      && own.st_dev == named.st_dev
  }

  /// Removes the name, if it still leads here. Who has the object mapped keeps it.
  func removeName() {
    if isCurrent { unlink(path) }
  }

  /// Whether the first word is that of a ring, or not written yet.
  var mayBecomeRing: Bool {
    let word = base.load(fromByteOffset: RingLayout.magicOffset, as: UInt64.self)
    return word == 0 || UInt64(littleEndian: word) == RingLayout.magic
  }

  /// The header, checked.
  func header() throws(RingError) -> (header: RingHeader, shape: RingShape) {
    try RingHeader.read(from: base, count: byteCount, path: path)
  }
}
