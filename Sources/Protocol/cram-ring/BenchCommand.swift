import CramCommand
import Glibc
import RingProtocol

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures hand-offs, wake-ups and idling between two processes.",
    discussion: """
      A ring of 64 slots of 64 KiB: how many batches a second go from one process to another, with a slot's tokens \
      written and verified on both sides and with one sequence in each slot; how long a sleeping consumer takes to \
      wake; and the processor time of either side while it waits. Takes about five seconds.
      """)

  @Option(help: "Hand-offs to measure.")
  var batches: Int = 400_000

  @Option(help: "Wake-ups to measure.")
  var wakes: Int = 1000

  @Option(help: ArgumentHelp("For this command's own second process.", visibility: .hidden))
  var consume: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    for (option, value) in [("batches", batches), ("wakes", wakes)] where value < 1 {
      throw ValidationError("--\(option) \(value): expected at least 1")
    }
  }

  func run() throws {
    if let consume { return try BenchConsumer(ring: consume).run() }
    let name = "bench-\(getpid())"
    let child = try BenchChild(name)
    let producer = try RingProducer(
      name: name, directory: CramHome.rings, header: BenchMark.header, startingAt: 0,
      cancellation: .process)
    var bench = BenchProducer(batches: batches, wakes: wakes)
    let produced = try bench.run(producer)
    let received = try JSONValue.parse(Array(try child.finish().utf8))
    tell(produced, received)
  }

  private func tell(_ produced: BenchProducer.Result, _ received: JSONValue) {
    func number(_ key: String) -> Double { received[key]?.double ?? 0 }
    common.console.printJSON([
      "slot_bytes": .int(65_536), "handoffs_per_second": .double(produced.bare),
      "full_handoffs_per_second": .double(produced.full),
      "bytes_per_second": .double(produced.full * 65_536),
      "wake_p50_microseconds": .double(number("p50") / 1000),
      "wake_p99_microseconds": .double(number("p99") / 1000),
      "wake_max_microseconds": .double(number("max") / 1000),
      "idle_producer_share": .double(produced.idle), "idle_consumer_share": .double(number("idle")),
      "batches": .int(received["batches"]?.int ?? 0),
    ])
    guard !common.json else { return }
    let say = common.console.say
    say(
      "hand-offs: \(Amount.grouped(UInt64(produced.bare))) a second, slots of 64 KiB, one sequence in each"
    )
    say(
      "with 64 KiB written, verified twice: \(Amount.grouped(UInt64(produced.full))) a second, "
        + "\(Amount.fixed(produced.full * 65_536 / 1e9, 1)) GB/s")
    say(
      "asleep to awake: p50 \(Amount.fixed(number("p50") / 1000, 1)) µs, p99 \(Amount.fixed(number("p99") / 1000, 1)) µs, "
        + "longest \(Amount.fixed(number("max") / 1000, 1)) µs")
    say(
      "waiting costs: producer \(Amount.fixed(produced.idle * 100, 3)) %, consumer \(Amount.fixed(number("idle") * 100, 3)) % of a core"
    )
  }
}
