import Glibc

/// One of the package's own executables as a child process, built beside the test runner.
///
/// A value that is dropped while the child lives kills it and waits for it.
public final class Program {
  /// The child's process number.
  public let pid: pid_t
  private let output: CapturedFile
  private let errors: CapturedFile
  private var ended: Int32?

  /// How a program ended and what it said.
  public struct Result {
    /// The exit status; minus the signal's number where a signal ended it.
    public let status: Int32
    public let output: String
    public let errors: String
  }

  /// Starts `cram-VERB` with `arguments`; `input` is its standard input (nothing by default).
  public init(_ verb: String, _ arguments: [String], input: String? = nil)
    throws
  {
    let path = Self.folder + "/cram-" + verb
    (output, errors) = (try CapturedFile(), try CapturedFile())
    let given = try input.map(CapturedFile.init(holding:))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let given {
      posix_spawn_file_actions_adddup2(&actions, given.descriptor, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)
    // A test's thread blocks signals, and a mask is inherited: the child begins with an empty one.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words = ([path] + arguments).map { strdup($0) }
    defer { words.forEach { free($0) } }
    var child = pid_t()
    let failure = posix_spawn(&child, path, &actions, &attributes, words + [nil], environ)
    guard failure == 0 else { throw TestSupportError(what: "start \(path)", number: failure) }
    pid = child
  }

  deinit {
    guard ended == nil else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  /// Where the executables lie: beside the running test program.
  public static var folder: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let path = String(
      decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 }
  }

  /// Sends a signal.
  public func signal(_ number: Int32) {
    if ended == nil { kill(pid, number) }
  }

  /// Whether it still runs.
  public var isRunning: Bool {
    if ended != nil { return false }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return true }
    ended = status
    return false
  }

  /// What it has written to standard output so far.
  public var outputSoFar: String { output.text }

  /// Waits for its end.
  public func wait() -> Result {
    var status: Int32 = 0
    if ended == nil, waitpid(pid, &status, 0) == pid { ended = status }
    let raw = ended ?? 0
    let code = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
    return Result(status: code, output: output.text, errors: errors.text)
  }

  /// Runs `cram-VERB` to its end.
  public static func run(_ verb: String, _ arguments: String..., input: String? = nil) throws
    -> Result
  {
    try Program(verb, arguments, input: input).wait()
  }
}

/// An unnamed file that a child writes or reads.
private final class CapturedFile {
  let descriptor: Int32

  init() throws {
    var template = Array("/tmp/cram-captured-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw TestSupportError(what: "mkstemp", number: errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  convenience init(holding text: String) throws {
    try self.init()
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw TestSupportError(what: "write", number: errno)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit {
    close(descriptor)
  }

  var text: String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &piece, piece.count, off_t(bytes.count))
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: piece[..<count])
    }
  }
}
