import Glibc
import RingProtocol

/// Sequences from a ring, and from its successor when a supervised streamer was started again.
public final class RingSource: SequenceSource {
  public let facts: DataFacts
  public let tokenType: RingHeader.TokenType
  /// Sequences of an epoch.
  public let sequencesPerEpoch: UInt64
  /// The position that the next batch begins at; nil before the first where none was asked for.
  public private(set) var position: UInt64?
  private let name: String
  private let directory: RingDirectory
  private let streamer: StreamerProcess?
  private let cancellation: CancellationFlag
  private let stallLimit: Duration
  private let tell: @Sendable (String) -> Void
  private var consumer: Consumer
  private var held: RingBatch?
  private var waitedBefore: UInt64 = 0

  /// A place for the consumer, which cannot be copied but has to be replaced.
  private final class Consumer {
    var ring: RingConsumer
    init(_ ring: consuming RingConsumer) { self.ring = ring }
  }

  /// Attaches to the ring `name`, waiting at most 20 s for it.
  ///
  /// - Parameters:
  ///   - position: where the stream has to go on; nil for wherever the ring's last consumer stopped.
  ///   - streamer: the process that fills the ring, where this process supervises it.
  ///   - cancellation: asks to stop waiting, where there is no streamer that passes that on.
  ///   - stallLimit: how long a living streamer may give nothing before that is an error.
  ///   - tell: hears a line for people when data is waited for, with the cause.
  public init(
    _ name: String, directory: RingDirectory, position: UInt64?, streamer: StreamerProcess?,
    cancellation: CancellationFlag, stallLimit: Duration = RingSource.stallLimit,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    (self.stallLimit, self.tell) = (stallLimit, tell)
    (self.name, self.directory, self.position) = (name, directory, position)
    (self.streamer, self.cancellation) = (streamer, cancellation)
    consumer = try Self.attach(name, directory, position, streamer, cancellation)
    facts = DataFacts(consumer.ring.header)
    tokenType = consumer.ring.header.tokenType
    sequencesPerEpoch = consumer.ring.header.sequencesPerEpoch
  }

  /// Longer than a disk that has gone to sleep or a copy that saturates it; short enough for a day's budget.
  public static let stallLimit = Duration.seconds(600)

  public var waitedNanoseconds: UInt64 { waitedBefore + consumer.ring.waitNanoseconds }

  public func next() throws -> SequenceBatch? {
    precondition(held == nil, "the last batch was not released")
    guard let batch = try nextFromRing() else { return nil }
    held = batch
    position = batch.nextPosition
    streamer?.noteProgress(batch.nextPosition)
    return SequenceBatch(
      firstPosition: batch.firstPosition, sequences: batch.count, tokens: batch.tokens)
  }

  public func release() {
    guard let batch = held else { return }
    held = nil
    consumer.ring.release(batch)
  }

  private func nextFromRing() throws -> RingBatch? {
    var report = StallReport(name, in: directory, tell: tell)
    while true {
      do throws(RingError) {
        return try consumer.ring.next(stallLimit: stallLimit) { report.hear($0) }
      } catch {
        if case .stalled(_, let waited) = error {
          throw TrainingDataError.stalled(waited: waited, cause: report.cause)
        }
        guard case .interrupted = error, streamer != nil else {
          throw Self.translate(error, streamer, cancellation)
        }
        try attachAnew()
      }
    }
  }

  /// The streamer was stopped by a signal from outside and left; its supervisor starts another, with a new ring.
  private func attachAnew() throws {
    waitedBefore += consumer.ring.waitNanoseconds
    let begin = ContinuousClock.now
    consumer = try Self.attach(name, directory, position, streamer, cancellation)
    let waited = begin.duration(to: .now) / .nanoseconds(1)
    waitedBefore += UInt64(waited)
    try facts.check(DataFacts(consumer.ring.header))
  }

  private static func attach(
    _ name: String, _ directory: RingDirectory, _ position: UInt64?, _ streamer: StreamerProcess?,
    _ cancellation: CancellationFlag
  ) throws -> Consumer {
    do throws(RingError) {
      return Consumer(
        try RingConsumer(
          attaching: name, directory: directory, startingAt: position,
          cancellation: streamer?.giveUp ?? cancellation))
    } catch {
      throw translate(error, streamer, cancellation)
    }
  }

  /// What went wrong as the user should hear it: the streamer's own words first.
  private static func translate(
    _ error: RingError, _ streamer: StreamerProcess?, _ cancellation: CancellationFlag
  ) -> any Error {
    if cancellation.isSet { return Interrupted(signal: cancellation.signal) }
    if case .failed = error, let streamer { waitForWords(of: streamer) }
    if let failure = streamer?.failure { return TrainingDataError.streamerFailed(failure) }
    return error
  }

  /// A streamer that marked its ring as failed says why within moments.
  private static func waitForWords(of streamer: StreamerProcess) {
    for _ in 0..<100 where streamer.failure == nil { usleep(10_000) }
  }
}
