import CKernels
import Glibc
import Synchronization

/// A fixed set of threads that run the parts of one job at a time.
///
/// Parts are claimed one by one, so a thread that the system holds back delays nothing but the part it is in. A part must not depend
/// on which thread runs it: then results are the same for any number of threads. Idle threads wait a few microseconds in a
/// loop, then sleep. While parts run, their threads take denormal numbers for zero.
///
/// One thread at a time may call `run`; it works along.
public final class ThreadPool: Sendable {
  /// How many threads work on a job, the caller included.
  public let threads: Int

  private let shared: Shared

  /// Starts `threads` − 1 threads; they end with the pool.
  public init(threads: Int) {
    precondition((1...1024).contains(threads), "\(threads) threads")
    self.threads = threads
    shared = Shared(helpers: threads - 1)
    for helper in 1..<threads { shared.start(helper) }
  }

  deinit { shared.end() }

  /// Calls `body(part, worker)` for each part in 0..<count and returns when all are done.
  ///
  /// `worker` is below `threads`, and no two calls that run at the same time have the same: it chooses scratch memory.
  public func run(_ count: Int, _ body: (_ part: Int, _ worker: Int) -> Void) {
    let denormals = ckernels_flush_denormals()
    defer { ckernels_restore_denormals(denormals) }
    if threads == 1 || count <= 1 {
      for part in 0..<count { body(part, 0) }
    } else {
      withoutActuallyEscaping(body) { shared.run(count, $0) }
    }
  }
}

/// What the threads share.
///
/// `gate` is the job's state: `open` while helpers may join, plus the number of helpers inside. The job's description is written
/// before the gate opens (release) and read after joining (acquire); the caller leaves only when the gate is closed and empty,
/// so a helper that wakes late finds it closed and touches nothing.
private final class Shared: @unchecked Sendable {
  private static let open = 1 << 32

  private let gate = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let ending = Atomic<Bool>(false)
  private var count = 0
  private var body: ((Int, Int) -> Void)?
  private let wake: UnsafeMutablePointer<sem_t>
  private let done: UnsafeMutablePointer<sem_t>
  private let helpers: Int

  init(helpers: Int) {
    self.helpers = helpers
    wake = .allocate(capacity: 1)
    done = .allocate(capacity: 1)
    sem_init(wake, 0, 0)
    sem_init(done, 0, 0)
  }

  deinit {
    sem_destroy(wake)
    sem_destroy(done)
    wake.deallocate()
    done.deallocate()
  }

  func run(_ count: Int, _ body: @escaping (Int, Int) -> Void) {
    self.count = count
    self.body = body
    next.store(0, ordering: .relaxed)
    gate.store(Self.open, ordering: .releasing)
    for _ in 0..<min(helpers, count - 1) { sem_post(wake) }
    work(as: 0, body)
    let inside = gate.bitwiseAnd(Self.open - 1, ordering: .acquiringAndReleasing).newValue
    if inside > 0 { Self.wait(done) }
    self.body = nil
  }

  private func work(as worker: Int, _ body: (Int, Int) -> Void) {
    while true {
      let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if part >= count { return }
      body(part, worker)
    }
  }

  func start(_ helper: Int) {
    let seat = Unmanaged.passRetained(Seat(shared: self, worker: helper))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { seat in
        guard let seat else { return nil }
        Unmanaged<Seat>.fromOpaque(seat).takeRetainedValue().serve()
        return nil
      }, seat.toOpaque())
    if status == 0 { pthread_detach(thread) } else { seat.release() }
  }

  func end() {
    ending.store(true, ordering: .releasing)
    for _ in 0..<helpers { sem_post(wake) }
  }

  /// A helper's life.
  func serve(as worker: Int) {
    _ = ckernels_flush_denormals()
    while true {
      Self.wait(wake)
      if ending.load(ordering: .acquiring) { return }
      guard join() else { continue }
      workOnce(as: worker)
      let left = gate.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
      if left == 0 { sem_post(done) }
    }
  }

  /// Not inlined: its hold on the job's closure is over when it returns, before the caller may go on.
  @inline(never)
  private func workOnce(as worker: Int) {
    if let body { work(as: worker, body) }
  }

  private func join() -> Bool {
    var state = gate.load(ordering: .relaxed)
    while state >= Self.open {
      let result = gate.compareExchange(
        expected: state, desired: state + 1, ordering: .acquiringAndReleasing)
      if result.exchanged { return true }
      state = result.original
    }
    return false
  }

  private static func wait(_ semaphore: UnsafeMutablePointer<sem_t>) {
    for _ in 0..<500 {
      if sem_trywait(semaphore) == 0 { return }
      ckernels_pause()
    }
    while sem_wait(semaphore) != 0 {}
  }
}

private final class Seat {
  let shared: Shared
  let worker: Int

  init(shared: Shared, worker: Int) {
    self.shared = shared
    self.worker = worker
  }

  func serve() { shared.serve(as: worker) }
}
