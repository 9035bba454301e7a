import CramCommand
import Glibc
import RingProtocol

/// The side of `cram ring bench` that takes: a process of its own, which says on its standard output what it found.
struct BenchConsumer {
  let ring: String

  func run() throws {
    var consumer = try RingConsumer(
      attaching: ring, directory: CramHome.rings, cancellation: .process)
    var (latencies, idle, batches) = ([UInt64](), 0.0, 0)
    var (before, worked) = (BenchMark.clock(), BenchMark.work())
    while let batch = try consumer.next() {
      let now = BenchMark.clock()
      batches += 1
      switch batch.tokens.load(as: UInt64.self) {
      case BenchMark.wake:
        latencies.append(now - batch.tokens.load(fromByteOffset: 8, as: UInt64.self))
      case BenchMark.pause:
        // This batch came after a long wait without any other.
        idle = Double(BenchMark.work() - worked) / Double(now - before)
        usleep(BenchMark.pauseMicroseconds)
      default: break
      }
      if !latencies.isEmpty { (before, worked) = (BenchMark.clock(), BenchMark.work()) }
      consumer.release(batch)
    }
    latencies.sort()
    func quantile(_ share: Double) -> JSONValue {
      latencies.isEmpty
        ? .null : .double(Double(latencies[Int(Double(latencies.count - 1) * share)]))
    }
    let found: JSONValue = [
      "batches": .int(Int64(batches)), "idle": .double(idle), "p50": quantile(0.5),
      "p99": quantile(0.99), "max": quantile(1),
    ]
    Console.write(found.serialized() + "\n", to: STDOUT_FILENO)
  }
}

/// This executable once more, as the consumer.
final class BenchChild {
  private var pid = pid_t()
  private let output: Int32

  init(_ ring: String) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw FileError("open", "a pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    output = ends[0]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    let arguments: [String] = ["cram-ring", "bench", "--consume", ring]
    let words = arguments.map { strdup($0) }
    defer { words.forEach { free($0) } }
    let failure = posix_spawn(&pid, "/proc/self/exe", &actions, nil, words + [nil], environ)
    guard failure == 0 else { throw FileError("start", "cram-ring", errno: failure) }
  }

  deinit {
    close(output)
    if pid != 0 {
      kill(pid, SIGTERM)
      waitpid(pid, nil, 0)
    }
  }

  /// Waits for its end; what it said.
  func finish() throws -> String {
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(output, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      text += piece[..<count]
    }
    waitpid(pid, nil, 0)
    pid = 0
    return String(decoding: text, as: UTF8.self)
  }
}
