import RingProtocol

/// Tells why no data comes, once in a while, while a trainer waits for it.
struct StallReport {
  /// Before the first report, and then twice as long each time.
  private static let patience = Duration.seconds(10)
  private let ring: String
  private let directory: RingDirectory
  private let tell: @Sendable (String) -> Void
  private var next = Self.patience

  init(_ ring: String, in directory: RingDirectory, tell: @escaping @Sendable (String) -> Void) {
    (self.ring, self.directory, self.tell) = (ring, directory, tell)
  }

  /// Hears how long the wait has lasted.
  mutating func hear(_ waited: Duration) {
    guard waited >= next else { return }
    next *= 2
    tell("waiting for data for \(waited.components.seconds) s: \(cause)")
  }

  /// What stands still, as far as it can be seen from here.
  var cause: String {
    guard let status = try? directory.status(of: ring) else {
      return "ring \(ring) is gone or not made yet"
    }
    guard let pid = status.producerPID else {
      return "the streamer of ring \(ring) has died, its successor is awaited"
    }
    let state = ProcessState(pid).map { $0.words } ?? "not visible from here"
    return "the streamer, process \(pid), is \(state)"
  }
}
