import CRing

/// A futex word and a flag with which one side sleeps until the other has something for it; see `doorbell.c`.
struct Doorbell {
  let bell: ring_doorbell

  /// Wakes the sleeper, if there is one. What it is to see must be stored before.
  func ring() { ring_bell_ring(bell) }

  /// Wakes whoever sleeps, without looking at the flag: a new peer cannot know what the dead one saw.
  func ringAnyway() { ring_bell_ring_anyway(bell) }

  /// Sleeps in rounds until `isReady`, and after each round lets `afterRound` look at the
  /// peer and throw to give up. Returns the nanoseconds waited.
  func wait<Failure: Error>(
    until isReady: () -> Bool, afterRound: (Duration) throws(Failure) -> Void
  ) throws(Failure) -> UInt64 {
    let begin = ring_clock()
    var last = begin
    while !isReady() {
      sleep(ring_bell_round(last - begin), unless: isReady)
      let now = ring_clock()
      if !isReady() { try afterRound(.nanoseconds(now - last)) }
      last = now
    }
    return last - begin
  }

  private func sleep(_ nanoseconds: Int64, unless isReady: () -> Bool) {
    let seen = ring_bell_raise(bell)
    if !isReady() { _ = ring_bell_sleep(bell, seen, nanoseconds) }
    ring_bell_lower(bell)
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
