import Glibc
import RingProtocol
import Synchronization

/// A run's own streamer: another process that fills a ring, started again when it dies.
///
/// A thread of this object starts it, listens to what it says, and waits for its end. A death by a signal is answered with a new start, after a pause that
/// doubles; the ring's successor rule, or the consumer's seek, sees to it that nothing is lost or repeated. An end with a message is the end. The streamer has a process group of
/// its own, so that a Ctrl-C reaches the trainer first, and is told to die with its parent.
public final class StreamerProcess: Sendable {
  /// What is run: the executable and its arguments without the position to start from.
  public struct Command: Sendable {
    public var executable: String
    public var arguments: [String]

    public init(executable: String, arguments: [String]) {
      (self.executable, self.arguments) = (executable, arguments)
    }
  }

  /// Set when the consumer should stop waiting: the streamer is at its end, or the process was asked to stop.
  public let giveUp = CancellationFlag()
  private let command: Command
  private let outer: CancellationFlag
  private let tell: @Sendable (String) -> Void
  private let shared: Mutex<Shared>

  private struct Shared {
    var pid: pid_t = 0
    var isStopping = false
    var hasEnded = false
    /// Deaths since the consumer last got a batch.
    var deaths = 0
    /// Where a new streamer is to begin.
    var position: UInt64
    var failure: String?
  }

  /// So many deaths without a batch between them are a fault that another start does not mend.
  private static let deathLimit = 8

  /// Starts the streamer at `position` of its stream; `cancellation` asks the consumer to stop waiting; `tell` hears
  /// a line for people when the streamer died and is started again.
  public init(
    _ command: Command, position: UInt64, cancellation: CancellationFlag,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.command, outer, self.tell) = (command, cancellation, tell)
    shared = Mutex(Shared(position: position))
    let context = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<StreamerProcess>.fromOpaque(context!).takeRetainedValue().supervise()
        return nil
      }, context)
    precondition(failure == 0, "no thread: error \(failure)")
    pthread_detach(thread)
  }

  /// Why the streamer came to its end; nil while it runs or when it was stopped.
  public var failure: String? { shared.withLock { $0.failure } }

  /// The consumer got everything up to `position`.
  func noteProgress(_ position: UInt64) {
    shared.withLock { ($0.position, $0.deaths) = (position, 0) }
  }

  /// Ends the streamer and waits until it is gone; it removes its ring. One that does not listen within five seconds is killed.
  public func stop() {
    signal(SIGTERM)
    for _ in 0..<5000 where !hasEnded { usleep(1000) }
    if !hasEnded { signal(SIGKILL) }
    while !hasEnded { usleep(1000) }
  }

  private var hasEnded: Bool { shared.withLock { $0.hasEnded } }

  private func signal(_ number: Int32) {
    shared.withLock { shared in
      shared.isStopping = true
      guard shared.pid != 0 else { return }
      kill(shared.pid, number)
      // One that was stopped hears it too.
      kill(shared.pid, SIGCONT)
    }
  }

  private func supervise() {
    var pause: UInt32 = 50_000
    while let child = begin() {
      let status = wait(for: child)
      let goesOn = shared.withLock { shared in
        shared.pid = 0
        return !shared.isStopping && decide(status, child.said, &shared)
      }
      if !goesOn { break }
      tell(
        "the streamer was killed by signal \(status & 0x7F == 0 ? (status >> 8 & 0xFF) - 128 : status & 0x7F); starting it again"
      )
      usleep(pause)
      pause = shared.withLock { $0.deaths } <= 1 ? 50_000 : min(pause * 2, 2_000_000)
    }
    if failure != nil { giveUp.cancel(signal: SIGTERM) }
    shared.withLock { $0.hasEnded = true }
  }

  /// Whether the streamer is to be started again.
  private func decide(_ status: Int32, _ said: String, _ shared: inout Shared) -> Bool {
    let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    if code == 0 { return false }
    shared.deaths += 1
    if code > 128, shared.deaths < Self.deathLimit { return true }
    let name = Folder.name(of: command.executable)
    shared.failure =
      code > 128
      ? "\(name) died \(shared.deaths) times without giving a batch, last by signal \(code - 128); look into the system's log, then run the same command again"
      : said.isEmpty ? "\(name) ended with status \(code) without a word" : said
    return false
  }

  /// Starts a child; nil where it cannot be started or must not be any more.
  private func begin() -> Child? {
    shared.withLock { shared in
      if shared.isStopping { return nil }
      let arguments = command.arguments + ["--start", "\(shared.position)"]
      switch Child.spawn(command.executable, arguments) {
      case .success(let child):
        shared.pid = child.pid
        return child
      case .failure(let error):
        shared.failure = "\(error)"
        return nil
      }
    }
  }

  /// Listens until the child has ended; its wait status.
  private func wait(for child: Child) -> Int32 {
    while true {
      child.listen()
      if outer.isSet { giveUp.cancel(signal: outer.signal) }
      var status: Int32 = 0
      let ended = waitpid(child.pid, &status, WNOHANG)
      if ended == child.pid {
        child.listen()
        return status
      }
      if ended < 0, errno != EINTR { return 1 << 8 }
    }
  }
}

/// A started streamer and the pipe with its complaints.
private final class Child {
  let pid: pid_t
  private let pipe: Int32
  private var text: [UInt8] = []

  private init(pid: pid_t, pipe: Int32) {
    (self.pid, self.pipe) = (pid, pipe)
  }

  deinit { close(pipe) }

  /// The last line that it said.
  var said: String {
    let last = text.split(separator: UInt8(ascii: "\n")).last ?? []
    return String(decoding: last, as: UTF8.self)
  }

  /// Takes what it said in the next 50 ms.
  func listen() {
    var descriptor = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, 50) > 0 else { return }
    var piece = [UInt8](repeating: 0, count: 4096)
    let count = read(pipe, &piece, piece.count)
    if count > 0 {
      text = Array((text + piece[..<count]).suffix(1 << 16))
    } else {
      usleep(10_000)  // The pipe's end: the process itself ends in a moment.
    }
  }

  static func spawn(_ executable: String, _ arguments: [String]) -> Result<Child, FileError> {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else {
      return .failure(FileError("start", executable, errno: errno))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    let words = ([executable] + arguments).map { strdup($0) }
    defer { words.forEach { free($0) } }
    var pid = pid_t()
    let failure = posix_spawn(&pid, executable, &actions, &attributes, words + [nil], environ)
    guard failure == 0 else {
      close(ends[0])
      return .failure(FileError("start", executable, errno: failure))
    }
    return .success(Child(pid: pid, pipe: ends[0]))
  }
}
