import Glibc

/// What another process is doing, as the kernel tells.
public enum ProcessState: UInt8, Sendable {
  case running = 0x52  // R
  case sleeping = 0x53  // S
  case waitingForDisk = 0x44  // D
  case stopped = 0x54  // T
  case traced = 0x74  // t
  case dead = 0x5A  // Z

  /// Nil where there is no such process, or it cannot be seen from here (another container).
  public init?(_ pid: Int32) {
    guard let bytes = try? InputFile.bytes(of: "/proc/\(pid)/stat") else { return nil }
    // The name in parentheses may hold anything, parentheses too.
    guard let end = bytes.lastIndex(of: UInt8(ascii: ")")), end + 2 < bytes.count else {
      return nil
    }
    self.init(rawValue: bytes[end + 2])
  }

  public var words: String {
    switch self {
    case .running: "running"
    case .sleeping: "waiting"
    case .waitingForDisk: "waiting for a disk"
    case .stopped: "stopped by a signal: `kill -CONT` continues it"
    case .traced: "stopped by a debugger"
    case .dead: "dead"
    }
  }
}
