import Glibc
import RingProtocol
import Synchronization

/// Collects the texts of the documents of blocks: in memory as far as they fit, else in a file.
///
/// Several threads write at the same time, each into the place that it has reserved.
final class TextSpool: Sendable {
  private let path: String
  private let memory: TextRegion
  private let state = Mutex(State())

  private struct State {
    var entries: [SpooledTexts.Entry] = []
    var size = 0
    /// Where the memory ends that is in use.
    var inMemory = 0
    var file: TextFile?
  }

  /// - Parameters:
  ///   - path: what the files of the spool are called, without their endings.
  ///   - memory: bytes of text that may stay in memory; 0 writes all to the file.
  init(path: String, memory: Int) {
    self.path = path
    self.memory = TextRegion(memory)
  }

  /// Takes the next place for the texts of a block, of these sizes. Returns where the first one begins.
  func reserve(_ documents: [(ordinal: UInt64, size: Int)]) -> Int {
    state.withLock { state in
      let start = state.size
      for document in documents {
        state.entries.append(
          SpooledTexts.Entry(start: UInt64(state.size), ordinal: document.ordinal))
        state.size += document.size
      }
      return start
    }
  }

  /// Puts bytes into a place that was reserved.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    guard !bytes.isEmpty else { return }
    let end = offset + bytes.count
    guard end > memory.count else {
      memory.write(bytes, at: offset)
      return state.withLock { $0.inMemory = max($0.inMemory, end) }
    }
    try openFile().write(bytes, at: offset)
  }

  private func openFile() throws(FileError) -> TextFile {
    try state.withLock { (state) throws(FileError) in
      if let file = state.file { return file }
      let file = try TextFile(path + ".texts")
      state.file = file
      return file
    }
  }

  /// Ends the spool for a reader in this process: all texts are in memory then, or all are in the file.
  func finish() throws(FileError) -> SpooledTexts {
    let (entries, size, inMemory, file) = ended()
    let table = EntryTable(entries)
    guard let file else {
      return SpooledTexts(
        memory: memory.bytes(size), entries: table.entries, owners: [memory, table])
    }
    // The places rise: what is in memory lies before all that is in the file.
    try file.write(memory.bytes(inMemory), at: 0)
    memory.release()
    try file.commit()
    return SpooledTexts(
      file: try InputFile(path + ".texts"), entries: table.entries, owners: [table])
  }

  /// Ends the spool for readers in other processes, who open it by its path.
  func finishFiles() throws(FileError) {
    let (entries, _, inMemory, _) = ended()
    let file = try openFile()
    try file.write(memory.bytes(inMemory), at: 0)
    try file.commit()
    var table = try AtomicFile(path: path + ".documents")
    var failure: FileError?
    entries.withUnsafeBytes { bytes in
      do throws(FileError) { try table.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try table.commit()
  }

  private func ended() -> ([SpooledTexts.Entry], Int, Int, TextFile?) {
    state.withLock { state in
      state.entries.append(SpooledTexts.Entry(start: UInt64(state.size), ordinal: .max))
      defer { state.entries = [] }
      return (state.entries, state.size, state.inMemory, state.file)
    }
  }
}

extension SpooledTexts {
  /// The texts that another process spooled at `path`.
  ///
  /// - Throws: `FileError` where they are not there or not whole.
  static func open(_ path: String) throws(FileError) -> SpooledTexts {
    let table = try EntryTable(path + ".documents")
    let file = try InputFile(path + ".texts")
    guard let last = table.entries.last, last.start == file.size else {
      throw FileError(
        "read", path + ".texts",
        detail: "its size is not the one that was written; remove it and run the same command again"
      )
    }
    return SpooledTexts(file: file, entries: table.entries, owners: [table])
  }
}

/// Memory for texts: taken from the system as it is filled.
private final class TextRegion: @unchecked Sendable {
  let count: Int
  private var base: UnsafeMutableRawPointer?

  /// A region of at most `count` bytes; none where the system refuses to set so many aside.
  init(_ count: Int) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let mapped = count > 0 ? mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0) : MAP_FAILED
    base = mapped == MAP_FAILED ? nil : mapped
    self.count = base == nil ? 0 : count
  }

  deinit {
    release()
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    (base! + offset).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
  }

  func bytes(_ size: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: size)
  }

  func release() {
    if let base { munmap(base, count) }
    base = nil
  }
}

/// A file that several threads write into at places of their own; it appears whole.
private final class TextFile: Sendable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(FileError) {
    let opened = Glibc.open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard opened >= 0 else { throw FileError("write", path, errno: errno) }
    (self.path, descriptor) = (path, opened)
  }

  deinit {
    close(descriptor)
    unlink(path + ".tmp")
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let written = pwrite(
        descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if written < 0, errno == EINTR { continue }
      guard written >= 0 else { throw FileError("write", path, errno: errno) }
      done += written
    }
  }

  func commit() throws(FileError) {
    guard fsync(descriptor) == 0, rename(path + ".tmp", path) == 0 else {
      throw FileError("write", path, errno: errno)
    }
    try Folder.synchronize(Folder.parent(of: path))
  }
}

/// Holds the table of a spool's documents.
private final class EntryTable {
  let entries: UnsafeBufferPointer<SpooledTexts.Entry>
  private let mapped: UnsafeRawBufferPointer?

  init(_ entries: [SpooledTexts.Entry]) {
    let copy = UnsafeMutableBufferPointer<SpooledTexts.Entry>.allocate(capacity: entries.count)
    _ = copy.initialize(from: entries)
    self.entries = UnsafeBufferPointer(copy)
    mapped = nil
  }

  /// Maps the table at `path`.
  init(_ path: String) throws(FileError) {
    let file = try InputFile(path)
    let size = Int(file.size)
    let whole = size > 0 && size % MemoryLayout<SpooledTexts.Entry>.stride == 0
    guard whole else {
      throw FileError(
        "read", path,
        detail: "it is no table of documents; remove it and run the same command again")
    }
    let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let base, base != MAP_FAILED else { throw FileError("read", path, errno: errno) }
    let bytes = UnsafeRawBufferPointer(start: base, count: size)
    mapped = bytes
    entries = bytes.bindMemory(to: SpooledTexts.Entry.self)
  }

  deinit {
    if let mapped {
      munmap(UnsafeMutableRawPointer(mutating: mapped.baseAddress!), mapped.count)
    } else {
      entries.deallocate()
    }
  }
}
