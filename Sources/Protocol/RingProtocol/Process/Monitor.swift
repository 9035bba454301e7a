import Glibc

/// A lock that threads can wait under until something has changed.
///
/// Meant for things that happen some hundred times a second: every change wakes all who wait.
package final class Monitor<State>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var state: State

  /// A monitor over `state`.
  package init(_ state: State) {
    self.state = state
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    // By the clock that never jumps: a pause stays a pause when somebody sets the machine's time.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Changes the state and wakes those who wait.
  package func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Reads the state.
  package func read<Result>(_ body: (State) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(state)
  }

  /// Waits until `body` gives something, and returns it. `body` may change the state in the call that does.
  package func wait<Result>(until body: (inout State) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = look(body) { return result }
      pthread_cond_wait(changed, mutex)
    }
  }

  /// As `wait`, but every `milliseconds` without a change `onPause` is called; it may throw to end the wait.
  package func wait<Result>(
    pausingEvery milliseconds: Int, onPause: () throws -> Void, until body: (inout State) -> Result?
  ) throws -> Result {
    while true {
      if let result = waitOnce(milliseconds, body) { return result }
      try onPause()
    }
  }

  /// Two looks with a pause between them that a change ends early.
  private func waitOnce<Result>(_ milliseconds: Int, _ body: (inout State) -> Result?) -> Result? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if let result = look(body) { return result }
    var limit = timespec()
    clock_gettime(CLOCK_MONOTONIC, &limit)
    let nanoseconds = limit.tv_nsec + milliseconds * 1_000_000
    limit.tv_sec += nanoseconds / 1_000_000_000
    limit.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(changed, mutex, &limit)
    return look(body)
  }

  /// One look under the lock. What `body` gives it may have taken from the state: whoever waits for room has to hear of it.
  private func look<Result>(_ body: (inout State) -> Result?) -> Result? {
    guard let result = body(&state) else { return nil }
    pthread_cond_broadcast(changed)
    return result
  }
}
