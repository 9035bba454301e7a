import CPlatform
import Synchronization

/// Asks long work to stop at its next safe point.
public final class CancellationFlag: Sendable {
  private let requested = Atomic<Int32>(0)
  private let followsSignals: Bool

  /// A flag of its own: only `cancel` sets it.
  public init() {
    followsSignals = false
  }

  private init(followingSignals: Bool) {
    followsSignals = followingSignals
  }

  /// The flag that SIGINT and SIGTERM set, once `catchSignals` was called.
  public static let process = CancellationFlag(followingSignals: true)

  /// From now on SIGINT and SIGTERM set `process` instead of ending the process, and SIGPIPE is ignored.
  public static func catchSignals() {
    cplatform_catch_signals()
  }

  /// The signal that asks for the stop; 0 while nothing does.
  public var signal: Int32 {
    let own = requested.load(ordering: .relaxed)
    return own != 0 || !followsSignals ? own : cplatform_caught_signal()
  }

  /// Whether work should stop.
  public var isSet: Bool { signal != 0 }

  /// Asks for the stop, as if `signal` had arrived.
  public func cancel(signal: Int32) {
    requested.store(signal, ordering: .relaxed)
  }

  /// Throws when the stop was asked for; costs nothing to speak of.
  public func check() throws(Interrupted) {
    let signal = self.signal
    if signal != 0 { throw Interrupted(signal: signal) }
  }
}

/// Work was stopped by a signal; the state on disk is one from which the same command goes on.
public struct Interrupted: Error, Equatable {
  /// SIGINT or SIGTERM.
  public let signal: Int32

  public init(signal: Int32) {
    self.signal = signal
  }
}
