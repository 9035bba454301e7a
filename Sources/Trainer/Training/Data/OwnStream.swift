import Glibc
import RingProtocol

/// A dataset streamed by a process of this run's own, through a ring of its own; all of it is gone after `end`.
public final class OwnStream {
  public let source: RingSource
  private let streamer: StreamerProcess

  /// Starts the streamer at `position` and attaches to its ring.
  ///
  /// - Parameters:
  ///   - executable: the path of `cram-stream`.
  ///   - purpose: a word that tells this stream's ring from others.
  ///   - epochs: nil for an endless stream.
  ///   - stallLimit: how long a living streamer may give nothing before that is an error.
  ///   - tell: hears a line for people when data is waited for or the streamer was started again, with the cause.
  public init(
    _ dataset: DatasetManifest, executable: String, directory: RingDirectory, purpose: String,
    epochs: Int? = nil, position: UInt64 = 0, seed: UInt64 = 0, cancellation: CancellationFlag,
    stallLimit: Duration = RingSource.stallLimit,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    let nonce = String(UInt32.random(in: 0...(.max)), radix: 36)
    let ring = "\(purpose)-\(getpid())-\(nonce)"
    let batch = Int(min(256, max(1, dataset.sequences)))
    let command = StreamerProcess.Command(
      executable: executable, dataset: dataset, ring: ring, batch: batch, epochs: epochs, seed: seed
    )
    let streamer = StreamerProcess(
      command, position: position, cancellation: cancellation, tell: tell)
    do {
      source = try RingSource(
        ring, directory: directory, position: position, streamer: streamer,
        cancellation: cancellation, stallLimit: stallLimit, tell: tell)
      try dataset.facts.check(source.facts)
    } catch {
      streamer.stop()
      throw error
    }
    self.streamer = streamer
  }

  deinit { end() }

  /// Ends the streamer; its ring goes with it.
  public func end() { streamer.stop() }
}
