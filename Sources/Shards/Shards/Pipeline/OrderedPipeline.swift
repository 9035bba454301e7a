import Glibc

/// Work on numbered items by a fixed number of threads, its results taken in order by the caller's thread.
///
/// At most twice as many results as threads wait at any time: memory is bounded, and the order of what is taken never
/// depends on the number of threads.
enum OrderedPipeline {
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
      JoinableThread {
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

/// A thread that runs one closure.
final class JoinableThread {
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    let status = pthread_create(
      &thread, nil,
      { raw in
        Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    precondition(status == 0, "pthread_create answered \(status)")
  }

  func join() {
    pthread_join(thread, nil)
  }

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The results that are finished and not yet taken. Everything in it is guarded by `mutex`.
private final class OrderedQueue<Item, Failure: Error>: @unchecked Sendable {
  private let count: Int
  private let window: Int
  private var claimed = 0
  private var taken = 0
  private var isStopped = false
  private var results: [Result<Item, Failure>?]
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  init(count: Int, window: Int) {
    (self.count, self.window) = (count, window)
    results = Array(repeating: nil, count: window)
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// The next number to work on, as soon as there is room for its result; nil when there is nothing more to do.
  func claim() -> Int? {
    locked {
      while !isStopped, claimed < count, claimed >= taken + window { wait() }
      guard !isStopped, claimed < count else { return nil }
      claimed += 1
      return claimed - 1
    }
  }

  func deliver(_ number: Int, _ result: Result<Item, Failure>) {
    locked {
      results[number % window] = result
      pthread_cond_broadcast(changed)
    }
  }

  /// The result of `number`, which must be the one after the last taken.
  func take(_ number: Int) -> Result<Item, Failure> {
    locked {
      while results[number % window] == nil { wait() }
      defer {
        results[number % window] = nil
        taken += 1
        pthread_cond_broadcast(changed)
      }
      return results[number % window]!
    }
  }

  func stop() {
    locked {
      isStopped = true
      pthread_cond_broadcast(changed)
    }
  }

  private func wait() {
    pthread_cond_wait(changed, mutex)
  }

  private func locked<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
