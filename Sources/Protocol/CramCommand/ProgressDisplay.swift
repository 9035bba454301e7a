import Glibc
import RingProtocol
import Synchronization

/// Shows a meter on standard error from a thread of its own: a bar that is drawn anew on a terminal, a line every ten seconds in a log.
final class ProgressDisplay: Sendable {
  private let meter: ProgressMeter
  private let asBar: Bool
  private let begin = ContinuousClock.now
  private let isStopped = Atomic(false)
  private let hasEnded = Atomic(false)

  init(meter: ProgressMeter, asBar: Bool) {
    (self.meter, self.asBar) = (meter, asBar)
    let context = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<ProgressDisplay>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
    pthread_detach(thread)
  }

  /// Ends the display; on a terminal its line is cleared.
  func stop() {
    isStopped.store(true, ordering: .releasing)
    while !hasEnded.load(ordering: .acquiring) { usleep(1000) }
    if asBar { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  private func run() {
    let ticksBetweenLines = asBar ? 4 : 200
    var tick = 0
    while !isStopped.load(ordering: .acquiring) {
      usleep(50_000)
      tick += 1
      if tick % ticksBetweenLines == 0 {
        Console.write(asBar ? "\r\u{1B}[K" + line() : line() + "\n", to: STDERR_FILENO)
      }
    }
    hasEnded.store(true, ordering: .releasing)
  }

  private func line() -> String {
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let (count, total) = (meter.count, meter.total)
    let rate = seconds > 0 ? Double(count) / seconds : 0
    let unit = meter.unit == "bytes" ? "B" : " \(meter.unit)"
    var parts = [
      meter.label, "\(Amount.short(count))\(unit)", "\(Amount.short(UInt64(rate)))\(unit)/s",
    ]
    if total > 0 {
      let share = min(1, Double(count) / Double(total))
      parts.insert(asBar ? bar(share) : "\(Int(share * 100)) %", at: 1)
      if rate > 0 { parts.append("\(Amount.time(Double(total - min(count, total)) / rate)) left") }
    }
    return parts.joined(separator: "  ")
  }

  private func bar(_ share: Double) -> String {
    let width = 24
    let full = Int(share * Double(width))
    return "[" + String(repeating: "=", count: full) + String(repeating: " ", count: width - full)
      + "]"
  }
}
