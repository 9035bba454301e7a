import RingProtocol

/// Work on numbered items by a fixed number of threads, its results taken in order by the caller's thread.
///
/// At most twice as many results as threads wait at any time: memory is bounded, and the order of what is taken never
/// depends on the number of threads.
enum OrderedMap {
  /// Runs `produce` for every number below `count` on `threads` threads, and `consume` with each result, in order, on this one.
  ///
  /// The first error in that order ends all and is thrown; every thread has ended when this returns.
  static func run<Worker: ~Copyable, Item: Sendable, Failure: Error>(
    count: Int, threads: Int, makeWorker: @escaping @Sendable () -> Worker,
    produce: @escaping @Sendable (inout Worker, Int) throws(Failure) -> Item,
    consume: (Int, Item) throws(Failure) -> Void
  ) throws(Failure) {
    let used = min(threads, count)
    guard used > 1 else {
      var worker = makeWorker()
      for number in 0..<max(count, 0) { try consume(number, try produce(&worker, number)) }
      return
    }
    let queue = OrderedQueue<Item, Failure>(count: count, window: 2 * used)
    let pool = (0..<used).map { _ in
      WorkerThread {
        var worker = makeWorker()
        while let number = queue.claim() {
          let result: Result<Item, Failure>
          do throws(Failure) { result = .success(try produce(&worker, number)) } catch {
            result = .failure(error)
          }
          queue.deliver(number, result)
        }
      }
    }
    defer {
      queue.stop()
      for thread in pool { thread.join() }
    }
    for number in 0..<count { try consume(number, try queue.take(number).get()) }
  }
}

/// The results that are finished and not yet taken.
private final class OrderedQueue<Item: Sendable, Failure: Error>: Sendable {
  private struct State {
    var claimed = 0
    var taken = 0
    var isStopped = false
    var results: [Result<Item, Failure>?]
  }

  private let count: Int
  private let window: Int
  private let monitor: Monitor<State>

  init(count: Int, window: Int) {
    (self.count, self.window) = (count, window)
    monitor = Monitor(State(results: Array(repeating: nil, count: window)))
  }

  /// The next number to work on, as soon as there is room for its result; nil when there is nothing more to do.
  func claim() -> Int? {
    monitor.wait { state in
      if state.isStopped || state.claimed >= count { return .some(nil) }
      guard state.claimed < state.taken + window else { return nil }
      state.claimed += 1
      return .some(state.claimed - 1)
    }
  }

  func deliver(_ number: Int, _ result: Result<Item, Failure>) {
    monitor.change { $0.results[number % window] = result }
  }

  /// The result of `number`, which must be the one after the last taken.
  func take(_ number: Int) -> Result<Item, Failure> {
    monitor.wait { state in
      guard let result = state.results[number % window] else { return nil }
      state.results[number % window] = nil
      state.taken += 1
      return result
    }
  }

  func stop() {
    monitor.change { $0.isStopped = true }
  }
}
