import CRing

/// A batch that a consumer holds: the slot is its own until it is released.
public struct RingBatch {
  /// Counts the ring's batches.
  public let number: UInt64
  /// The position of its first sequence; the others follow it.
  public let firstPosition: UInt64
  /// How many sequences it holds.
  public let count: Int
  /// Where the stream goes on behind it.
  public let nextPosition: UInt64
  /// `count` sequences, one after the other, in shared memory; valid until the batch is released.
  public let tokens: UnsafeRawBufferPointer

  init(_ batch: cram_ring_batch) {
    number = batch.number
    firstPosition = batch.first_position
    count = Int(batch.count)
    nextPosition = batch.next_position
    tokens = UnsafeRawBufferPointer(start: batch.tokens, count: batch.bytes)
  }
}

/// The side that takes batches out of a ring: the C library's consumer (`cram_ring.h`), which every consumer is.
///
/// One thread uses it. Several batches may be held at a time, and released in any order; a slot is written again only
/// when it and all before it are released. A value that is dropped leaves what it held to the next consumer.
public struct RingConsumer: ~Copyable {
  public let name: String
  /// What the ring carries.
  public let header: RingHeader
  /// How many batches may be held at a time.
  public let slotCount: Int

  private let consumer: OpaquePointer
  private let cancellation: CancellationFlag?

  /// How often a waiting consumer looks at its cancellation flag.
  private static let pauseNanoseconds: Int64 = 500_000_000

  /// Attaches to the ring `name`, waiting at most `patience` for it to be there.
  ///
  /// With `startingAt`, batches begin at this position: what was made for another is passed over. Without, the first
  /// batch is the first that no consumer released. `patience` is also how long `next` waits for the successor of a
  /// dead producer. Refused: a ring with a living consumer, an object that is no ring or of another version.
  public init(
    attaching name: String, directory: RingDirectory, patience: Duration = .seconds(20),
    startingAt position: UInt64? = nil, cancellation: CancellationFlag? = nil
  ) throws(RingError) {
    let consumer = Self.create(name, directory, patience, position)
    do throws(RingError) {
      try Self.repeating(consumer, name, cancellation) {
        cram_ring_attach(consumer, Self.pauseNanoseconds)
      }
    } catch {
      cram_ring_free(consumer)
      throw error
    }
    let found = cram_ring_get_header(consumer)!.pointee
    self.name = name
    self.cancellation = cancellation
    self.consumer = consumer
    header = RingHeader(found)
    slotCount = Int(found.slot_count)
  }

  deinit { cram_ring_free(consumer) }

  private static func create(
    _ name: String, _ directory: RingDirectory, _ patience: Duration, _ position: UInt64?
  ) -> OpaquePointer {
    let limit = Int64(patience / .nanoseconds(1))
    return name.withCString { name in
      directory.memory.withCString { memory in
        (directory.files ?? "").withCString { files in
          var options = cram_ring_options()
          (options.name, options.memory) = (name, memory)
          options.files = directory.files == nil ? nil : files
          (options.has_start, options.start) = (position == nil ? 0 : 1, position ?? 0)
          options.patience = limit > 0 ? limit : -1
          guard let consumer = cram_ring_create(&options) else { preconditionFailure("no memory") }
          return consumer
        }
      }
    }
  }

  /// How long `next` has waited for data, in nanoseconds.
  public var waitNanoseconds: UInt64 { cram_ring_waited(consumer) }

  /// How many batches were received from this ring, by all its consumers, when `next` was last called.
  public var batchesTaken: UInt64 { cram_ring_taken(consumer) }

  /// Whether a producer lives.
  public var producerIsAlive: Bool { cram_ring_producer_is_alive(consumer) != 0 }

  /// The next batch, or nil at the end of the data; waits for it without using the processor.
  ///
  /// Its checksum was verified. Throws when the producer was stopped or failed (after everything that it had published),
  /// when it died and no other came within the patience, when the batch is damaged, and when the cancellation flag is
  /// set. Not all slots may be held by this consumer (a slot counts until it and all before it are released): nothing
  /// could ever come.
  ///
  /// While it waits `onPause` hears about twice a second how long it has; after `stallLimit` it throws `stalled`. Both
  /// count only time in which this process was awake.
  public mutating func next(
    stallLimit: Duration? = nil, onPause: ((Duration) -> Void)? = nil
  ) throws(RingError) -> RingBatch? {
    var batch = cram_ring_batch()
    let (consumer, name) = (self.consumer, self.name)
    var patience = Patience(stallLimit ?? .seconds(1 << 40))
    let status = try Self.repeating(consumer, name, cancellation) {
      cram_ring_next(consumer, &batch, Self.pauseNanoseconds)
    } afterPause: { (round) throws(RingError) in
      patience.spend(round)
      if patience.isExhausted { throw .stalled(name: name, waited: patience.spent) }
      onPause?(patience.spent)
    }
    return status == CRAM_RING_END ? nil : RingBatch(batch)
  }

  /// The next batch where there is one at once or within `limit`; nil otherwise, at the end of the data too.
  public mutating func next(within limit: Duration) throws(RingError) -> RingBatch? {
    if let signal = cancellation?.signal, signal != 0 { throw .cancelled(signal: signal) }
    var batch = cram_ring_batch()
    let status = cram_ring_next(consumer, &batch, Int64(limit / .nanoseconds(1)))
    if status == CRAM_RING_AGAIN || status == CRAM_RING_END { return nil }
    guard status == CRAM_RING_OK else { throw RingError(consumer, name) }
    return RingBatch(batch)
  }

  /// Gives the batch's slot back to the producer. Its tokens must not be read any more.
  public mutating func release(_ batch: RingBatch) {
    precondition(
      cram_ring_release(consumer, batch.number) == 0, "batch \(batch.number) is not held")
  }

  /// Uses the mapping of `producer`, which is of this process and outlives this value, in the place of its own; see `ring_share_mapping`.
  package mutating func share(_ producer: borrowing RingProducer) {
    ring_share_mapping(consumer, producer.base)
  }

  /// Calls `body` until it has more to say than that there is nothing yet; looks at the flag before each call.
  @discardableResult
  private static func repeating(
    _ consumer: OpaquePointer, _ name: String, _ cancellation: CancellationFlag?,
    _ body: () -> Int32, afterPause: (Duration) throws(RingError) -> Void = { _ in }
  ) throws(RingError) -> Int {
    while true {
      if let signal = cancellation?.signal, signal != 0 { throw .cancelled(signal: signal) }
      let begin = ring_clock()
      let status = Int(body())
      switch status {
      case CRAM_RING_AGAIN:
        try afterPause(.nanoseconds(ring_clock() - begin))
      case CRAM_RING_OK, CRAM_RING_END: return status
      default: throw RingError(consumer, name)
      }
    }
  }
}

extension RingError {
  /// The consumer's last problem.
  init(_ consumer: OpaquePointer, _ name: String) {
    let problem = cram_ring_get_problem(consumer)!.pointee
    let waited = Duration.nanoseconds(problem.waited)
    switch Int(problem.status) {
    case CRAM_RING_BAD_NAME: self = .badName(name)
    case CRAM_RING_NOT_THERE: self = .notThere(name: name, waited: waited)
    case CRAM_RING_CONSUMER_PRESENT: self = .consumerPresent(name: name, pid: problem.number)
    case CRAM_RING_OTHER_VERSION:
      self = .otherVersion(path: problem.pathText, found: UInt32(bitPattern: problem.number))
    case CRAM_RING_SYSTEM:
      self = .system(path: problem.pathText, action: problem.actionText, errno: problem.number)
    case CRAM_RING_INTERRUPTED: self = .interrupted(name: name, taken: problem.batch)
    case CRAM_RING_FAILED: self = .failed(name: name, reason: problem.foundText)
    case CRAM_RING_PRODUCER_GONE:
      self = .producerGone(name: name, waited: waited, taken: problem.batch)
    case CRAM_RING_CLOSED_BEFORE_SEEK: self = .closedBeforeSeek(name: name, position: problem.batch)
    case CRAM_RING_DAMAGED:
      self = .damagedBatch(name: name, batch: problem.batch, found: problem.foundText)
    case CRAM_RING_NOT_A_RING: self = .notARing(path: problem.pathText, found: problem.foundText)
    case CRAM_RING_ALL_HELD: preconditionFailure("all slots are held: release one")
    default: preconditionFailure("the consumer's status \(problem.status)")
    }
  }
}

extension cram_ring_problem {
  var foundText: String { withUnsafeBytes(of: found, Self.text) }
  var pathText: String { withUnsafeBytes(of: path, Self.text) }
  var actionText: String { withUnsafeBytes(of: action, Self.text) }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
