import Glibc
import RingProtocol

/// What the first sequence of a batch says, so that the other process knows what is measured.
enum BenchMark {
  static let header = RingHeader(
    tokenType: .u16, sequenceLength: 128, batchSequences: 256, vocabularySize: 1 << 16,
    fingerprint: String(repeating: "0", count: 64), sequencesPerEpoch: 1 << 60)

  /// Nothing is measured by the consumer.
  static let flow: UInt64 = 0
  /// The time at which the batch was published follows.
  static let wake: UInt64 = 1
  /// The consumer is to sleep, so that the ring fills up.
  static let pause: UInt64 = 2
  static let pauseMicroseconds: UInt32 = 1_500_000

  static func clock() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Processor time of this thread, in nanoseconds.
  static func work() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// The side of `cram ring bench` that fills the ring.
struct BenchProducer {
  struct Result {
    /// Hand-offs a second with one sequence, and with all, in each slot.
    var bare = 0.0
    var full = 0.0
    /// The share of a core that waiting for space takes.
    var idle = 0.0
  }

  let batches: Int
  let wakes: Int
  private var position: UInt64 = 0

  init(batches: Int, wakes: Int) { (self.batches, self.wakes) = (batches, wakes) }

  /// Measures everything and ends the ring.
  mutating func run(_ producer: consuming RingProducer) throws -> Result {
    do {
      let result = try measure(&producer)
      producer.end(.closed)
      return result
    } catch {
      producer.end(.interrupted)
      throw error
    }
  }

  private mutating func measure(_ producer: inout RingProducer) throws -> Result {
    var result = Result()
    try flow(&producer, 64, sequences: 1)
    result.bare = try flow(&producer, batches, sequences: 1)
    result.full = try flow(&producer, max(1, batches / 4), sequences: 256)
    try wake(&producer)
    result.idle = try idle(&producer)
    _ = try producer.drain(grace: .seconds(10))
    return result
  }

  /// Batches a second, from the first one made to the last one given back.
  @discardableResult private mutating func flow(
    _ producer: inout RingProducer, _ count: Int, sequences: Int
  ) throws -> Double {
    let begin = BenchMark.clock()
    for number in 0..<count {
      try publish(&producer, BenchMark.flow, sequences: sequences) { slot in
        guard sequences > 1 else { return }
        // As if it were copied from a frame: every line of the slot is written.
        memset(slot.baseAddress! + 64, Int32(number & 0xFF), slot.count - 64)
      }
    }
    while producer.unreleased > 0, producer.consumerIsAlive { usleep(20) }
    return Double(count) / (Double(BenchMark.clock() - begin) / 1e9)
  }

  private mutating func wake(_ producer: inout RingProducer) throws {
    for _ in 0..<wakes {
      usleep(1000)
      try publish(&producer, BenchMark.wake, sequences: 1) { _ in }
    }
    // For the consumer's own idling, which it measures itself.
    usleep(BenchMark.pauseMicroseconds)
  }

  private mutating func idle(_ producer: inout RingProducer) throws -> Double {
    try publish(&producer, BenchMark.pause, sequences: 1) { _ in }
    for _ in 0..<63 { try publish(&producer, BenchMark.flow, sequences: 1) { _ in } }
    let (begin, work) = (BenchMark.clock(), BenchMark.work())
    try publish(&producer, BenchMark.flow, sequences: 1) { _ in }
    return Double(BenchMark.work() - work) / Double(max(1, BenchMark.clock() - begin))
  }

  private mutating func publish(
    _ producer: inout RingProducer, _ mark: UInt64, sequences: Int,
    fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws {
    guard case .slot(let slot) = try producer.claim(grace: .seconds(20)) else {
      throw RingError.notThere(name: producer.name, waited: .seconds(20))
    }
    slot.storeBytes(of: mark, as: UInt64.self)
    fill(slot)
    slot.storeBytes(of: BenchMark.clock(), toByteOffset: 8, as: UInt64.self)
    let next = position + UInt64(sequences)
    producer.publish(first: position, count: sequences, next: next)
    position = next
  }
}
