import Synchronization

/// How far long work has come: libraries count, the roof shows.
public final class ProgressMeter: Sendable {
  /// What is being done: `"reading"`, `"training"`, …
  public let label: String
  /// What is counted: `"bytes"`, `"sequences"`, `"tokens"`.
  public let unit: String
  private let done = Atomic<UInt64>(0)
  private let expected: Atomic<UInt64>

  /// A meter at zero; `total` 0 where nobody knows it.
  public init(label: String, unit: String, total: UInt64 = 0) {
    (self.label, self.unit) = (label, unit)
    expected = Atomic(total)
  }

  /// The amount done so far.
  public var count: UInt64 { done.load(ordering: .relaxed) }

  /// The amount expected, 0 where nobody knows it.
  public var total: UInt64 {
    get { expected.load(ordering: .relaxed) }
    set { expected.store(newValue, ordering: .relaxed) }
  }

  /// Adds `amount` to what is done; any thread may.
  public func advance(by amount: UInt64) {
    done.wrappingAdd(amount, ordering: .relaxed)
  }
}
