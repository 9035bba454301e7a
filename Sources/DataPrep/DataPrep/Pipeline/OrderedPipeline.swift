import RingProtocol
import Synchronization

/// Work on a row of items by several threads, with the results taken in the items' order.
///
/// One thread produces the items, `threads` work on them, and the calling thread collects. At most `threads + 2` items
/// are anywhere between production and collection. The first failure in the items' order is the one that is
/// thrown, whatever else failed meanwhile.
struct OrderedPipeline<Item, Output: Sendable>: Sendable {
  /// The thread that holds this is the one that works on the item of this place.
  struct Turn {
    let index: Int
    fileprivate let monitor: Monitor<State>
  }

  struct State {
    fileprivate var waiting: [(index: Int, item: Item)] = []
    fileprivate var outputs: [Int: Result<Output, any Error>] = [:]
    fileprivate var produced = 0
    fileprivate var collected = 0
    fileprivate var hasEnded = false
    fileprivate var turn = 0
    fileprivate var passed: Set<Int> = []
    fileprivate var isStopped = false

    fileprivate mutating func pass(_ index: Int) {
      passed.insert(index)
      while passed.remove(turn) != nil { turn += 1 }
    }
  }

  /// Thrown in a worker whose result nobody waits for any more.
  struct Stopped: Error {}

  private let monitor = Monitor(State())
  private let threads: Int

  init(threads: Int) {
    self.threads = max(1, threads)
  }

  /// Whether the run has failed or was cancelled: a producer that waits for its source ends then.
  var isStopped: Bool { monitor.read { $0.isStopped } }

  /// Runs everything to its end, or to the first failure.
  ///
  /// - Parameters:
  ///   - produce: makes the function that gives one item after the other; called on the producer's thread.
  ///   - work: makes the function that works on items; called on each worker's thread.
  func run(
    cancellation: CancellationFlag?,
    produce: @escaping @Sendable () throws -> () throws -> Item?,
    work: @escaping @Sendable () throws -> (Item, Turn) throws -> Output,
    collect: (Output) throws -> Void
  ) throws {
    let all =
      [WorkerThread { self.produceAll(produce) }]
      + (0..<threads).map { _ in WorkerThread { self.workOnAll(work) } }
    defer {
      monitor.change { $0.isStopped = true }
      for thread in all { thread.join() }
    }
    while let output = try nextOutput(cancellation) { try collect(output.get()) }
  }

  private func nextOutput(_ cancellation: CancellationFlag?) throws -> Result<Output, any Error>? {
    try cancellation?.check()
    return try monitor.wait(pausingEvery: 100, onPause: { try cancellation?.check() }) { state in
      if let output = state.outputs.removeValue(forKey: state.collected) {
        state.collected += 1
        return .some(.some(output))
      }
      return state.hasEnded && state.collected == state.produced ? .some(nil) : nil
    }
  }

  private func produceAll(_ produce: () throws -> () throws -> Item?) {
    do {
      let next = try produce()
      while mayProduce(), let item = try next() {
        monitor.change {
          $0.waiting.append(($0.produced, item))
          $0.produced += 1
        }
      }
    } catch {
      monitor.change {
        $0.outputs[$0.produced] = .failure(error)
        $0.produced += 1
      }
    }
    monitor.change { $0.hasEnded = true }
  }

  private func mayProduce() -> Bool {
    monitor.wait { state in
      if state.isStopped { return false }
      return state.produced - state.collected < threads + 2 ? true : nil
    }
  }

  private func workOnAll(_ work: () throws -> (Item, Turn) throws -> Output) {
    let made = Result { try work() }
    while let (index, item) = nextItem() {
      let turn = Turn(index: index, monitor: monitor)
      let output = Result { try made.get()(item, turn) }
      monitor.change {
        $0.outputs[index] = output
        if $0.turn <= index { $0.pass(index) }
      }
    }
  }

  private func nextItem() -> (index: Int, item: Item)? {
    monitor.wait { state in
      if state.isStopped { return .some(nil) }
      if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
      return state.hasEnded ? .some(nil) : nil
    }
  }
}

extension OrderedPipeline.Turn {
  /// Runs `body` when all earlier items have had their turn, and before any later one has: at most once for an item.
  func inOrder<Result>(_ body: () throws -> Result) throws -> Result {
    let mayRun: Bool = monitor.wait { state in
      if state.isStopped { return false }
      return state.turn == index ? true : nil
    }
    guard mayRun else { throw OrderedPipeline.Stopped() }
    defer { monitor.change { $0.pass(index) } }
    return try body()
  }
}
