import CramCommand
import Glibc
import RingProtocol

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Follows a ring: rates, fill, and who waits for whom.",
    discussion: """
      A line every second, drawn over the last one on a terminal, until the ring is gone or Ctrl-C. It takes nothing \
      from the ring and disturbs nobody.
      """)

  @Argument(help: "The ring's name.")
  var name: String

  @Option(help: "Time between two looks, as 1s or 0.2s.")
  var every = TimeSpan(seconds: 1)

  @Option(help: "End after so many looks (default: with the ring).")
  var looks: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard every.seconds >= 0.01, every.seconds <= 86_400 else {
      throw ValidationError("--every: expected 0.01s to 24h")
    }
    if let looks, looks < 1 { throw ValidationError("--looks \(looks): expected at least 1") }
  }

  func run() throws {
    var last = Look(try CramHome.rings.status(of: name))
    let overwrites = !common.json && isatty(STDOUT_FILENO) == 1
    for _ in 0..<(looks ?? .max) {
      guard sleep() else { break }
      guard let status = try status() else {
        say("ring \(name) is gone", overwrites: overwrites)
        break
      }
      let look = Look(status)
      let interval = RingInterval(from: last, to: look)
      common.console.printJSON(interval.json)
      if !common.json { say(interval.line, overwrites: overwrites) }
      last = look
    }
    if overwrites { Console.write("\n", to: STDOUT_FILENO) }
  }

  private func say(_ line: String, overwrites: Bool) {
    guard overwrites else { return common.console.say(line) }
    Console.write("\r" + line + "\u{1B}[K", to: STDOUT_FILENO)
  }

  /// Nil once the ring is gone.
  private func status() throws -> RingStatus? {
    do throws(RingError) { return try CramHome.rings.status(of: name) } catch {
      if case .notThere = error { return nil }
      throw error
    }
  }

  /// False when a signal asks to end.
  private func sleep() -> Bool {
    let end = ContinuousClock.now + .seconds(every.seconds)
    while CancellationFlag.process.signal == 0 {
      let left = ContinuousClock.now.duration(to: end) / .microseconds(1)
      if left <= 0 { return true }
      usleep(UInt32(min(left, 100_000)) + 1)
    }
    return false
  }
}

/// A ring at one moment.
struct Look {
  let status: RingStatus
  let time = ContinuousClock.now

  init(_ status: RingStatus) { self.status = status }
}

/// What happened in a ring between two looks.
struct RingInterval {
  private let status: RingStatus
  private let seconds: Double
  private let batches: UInt64
  private let producerWait: Double
  private let consumerWait: Double

  init(from first: Look, to last: Look) {
    status = last.status
    seconds = first.time.duration(to: last.time) / .seconds(1)
    // Another ring under the same name counts from 0.
    batches = Self.growth(\.released, first, last)
    producerWait = min(
      1, Double(Self.growth(\.producerWaitNanoseconds, first, last)) / 1e9 / seconds)
    consumerWait = min(
      1, Double(Self.growth(\.consumerWaitNanoseconds, first, last)) / 1e9 / seconds)
  }

  private static func growth(
    _ count: KeyPath<RingStatus, UInt64>, _ first: Look, _ last: Look
  ) -> UInt64 {
    let (before, after) = (first.status[keyPath: count], last.status[keyPath: count])
    return after - min(before, after)
  }

  private var batchesPerSecond: Double { Double(batches) / seconds }
  private var tokensPerSecond: Double {
    batchesPerSecond * Double(status.header.slotSequences * status.header.sequenceLength)
  }

  var json: JSONValue {
    [
      "name": .string(status.name), "state": .string(status.state.name),
      "seconds": .double(seconds),
      "filled": .unsigned(status.filled), "slots": .unsigned(UInt64(status.slotCount)),
      "batches_per_second": .double(batchesPerSecond),
      "tokens_per_second": .double(tokensPerSecond),
      "producer_wait_share": .double(producerWait), "consumer_wait_share": .double(consumerWait),
      "finding": .string(status.finding(batches: batches)),
    ]
  }

  var line: String {
    "\(status.name)  \(status.state.name)  \(status.filled)/\(status.slotCount) full  "
      + "\(Amount.fixed(batchesPerSecond, 1)) batches/s  \(Amount.short(UInt64(tokensPerSecond))) tokens/s  "
      + "waited: consumer \(Amount.fixed(consumerWait * 100, 1)) %, producer \(Amount.fixed(producerWait * 100, 1)) %  "
      + status.finding(batches: batches)
  }
}

extension RingStatus {
  /// What stands still and why, in a few words, where `batches` went through since the last look.
  func finding(batches: UInt64) -> String {
    switch (state, producerPID, consumerPID) {
    case (.failed, _, _): "failed: \(failure)"
    case (.closed, _, _), (.draining, _, nil): "the data has ended"
    case (.interrupted, _, _): "the producer was stopped"
    case (_, nil, nil): "nobody holds it; `cram ring clean` removes it"
    case (_, nil, _): "no producer: the consumer waits for a successor"
    case (_, _, nil): "no consumer"
    case (_, let producer?, _) where batches == 0 && filled == 0:
      "stalled: the consumer waits, the producer (\(Self.doing(producer))) gives nothing"
    case (_, _, let consumer?) where batches == 0 && filled >= UInt64(slotCount):
      "the consumer (\(Self.doing(consumer))) takes nothing"
    default: filled * 2 >= UInt64(slotCount) ? "the data is ahead" : "the consumer is ahead"
    }
  }

  private static func doing(_ pid: Int32) -> String {
    "process \(pid), \(ProcessState(pid)?.words ?? "not visible from here")"
  }
}
