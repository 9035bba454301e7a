import Glibc
import RingProtocol

/// Where a command speaks to people: standard output, or standard error when standard output carries JSON.
public struct Console: Sendable {
  let isQuiet: Bool
  let jsonOnOutput: Bool
  let style: ProgressStyle

  /// Says one line to people; nothing when `--quiet`.
  public func say(_ line: String) {
    guard !isQuiet else { return }
    Self.write(line + "\n", to: jsonOnOutput ? STDERR_FILENO : STDOUT_FILENO)
  }

  /// Prints the result where `--json` asked for it.
  public func printJSON(_ value: JSONValue) {
    guard jsonOnOutput else { return }
    Self.write(value.serialized() + "\n", to: STDOUT_FILENO)
  }

  /// One line on standard error, `--quiet` or not.
  public static func complain(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes `text` to an open descriptor as a whole; a reader that has gone away is no error.
  public static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        done += written
      }
    }
  }

  /// Runs `work` while its progress is shown, and ends the display with it.
  ///
  /// `hasLines` says that the work tells of itself in lines: then a log gets no others, and only a terminal its bar.
  public func showing<Result>(
    _ meter: ProgressMeter, hasLines: Bool = false, _ work: () throws -> Result
  ) rethrows -> Result {
    let asBar = style == .auto && isatty(STDERR_FILENO) == 1
    guard !isQuiet, style != .none, asBar || !hasLines else { return try work() }
    let display = ProgressDisplay(meter: meter, asBar: asBar)
    defer { display.stop() }
    return try work()
  }
}
