import CPlatform
import Synchronization

/// A futex word and a flag with which one side sleeps until the other has something for it.
///
/// The sleeper reads the word, raises the flag, fences, looks again, and only then sleeps; the ringer stores what is
/// new, fences, and only then reads the flag. With both fences one of the two sees the other's store, so that no wake
/// is lost; without either, both may sleep for good. A sleep ends after 100 ms in any case, because the peer may have
/// died between its store and its ring; who has slept for a second looks only every 500 ms, to use no processor.
struct Doorbell {
  let word: UnsafeMutablePointer<Atomic<UInt32>>
  let waiting: UnsafeMutablePointer<Atomic<UInt32>>

  private static let roundNanoseconds: Int64 = 100_000_000
  private static let longRoundNanoseconds: Int64 = 500_000_000

  /// Wakes the sleeper, if there is one. What it is to see must be stored before.
  func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if waiting.pointee.load(ordering: .relaxed) != 0 { ringAnyway() }
  }

  /// Wakes whoever sleeps, without looking at the flag: a new peer cannot know what the dead one saw.
  func ringAnyway() {
    word.pointee.add(1, ordering: .releasing)
    ring_futex_wake(UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self))
  }

  /// The only place that waits: sleeps in rounds until `isReady`, and after each round lets `afterRound` look at the
  /// peer and throw to give up. Returns the nanoseconds waited.
  func wait<Failure: Error>(
    until isReady: () -> Bool, afterRound: (Duration) throws(Failure) -> Void
  ) throws(Failure) -> UInt64 {
    let begin = ring_clock()
    var last = begin
    while !isReady() {
      let isLong = last - begin > 1_000_000_000
      sleep(isLong ? Self.longRoundNanoseconds : Self.roundNanoseconds, unless: isReady)
      let now = ring_clock()
      if !isReady() { try afterRound(.nanoseconds(now - last)) }
      last = now
    }
    return last - begin
  }

  private func sleep(_ nanoseconds: Int64, unless isReady: () -> Bool) {
    let seen = word.pointee.load(ordering: .acquiring)
    waiting.pointee.store(1, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if !isReady() {
      let address = UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self)
      _ = ring_futex_wait(address, seen, nanoseconds)
    }
    waiting.pointee.store(0, ordering: .relaxed)
  }
}

/// How much longer to wait for a peer, counted in rounds that this process really slept.
///
/// A round counts for at most a second, so that a process that was stopped and continued, or a machine that was
/// suspended, does not take its own absence for the peer's.
struct Patience {
  private let limit: Duration
  private(set) var spent: Duration = .zero

  init(_ limit: Duration) { self.limit = limit }

  var isExhausted: Bool { spent >= limit }

  mutating func spend(_ round: Duration) { spent += min(round, .seconds(1)) }

  mutating func renew() { spent = .zero }
}
