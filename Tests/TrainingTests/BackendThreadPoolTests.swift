import Synchronization
import Testing
import Training

struct BackendThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func `every part runs once, and run returns when all are done`(_ threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 5, 100] + Array(repeating: 7, count: 2000) {
      let runs = Array(repeating: Counter(), count: 1) + (0..<count).map { _ in Counter() }
      pool.run(count) { part, worker in
        runs[part + 1].value.add(1, ordering: .relaxed)
        if worker >= threads { runs[0].value.add(1, ordering: .relaxed) }
      }
      #expect(
        runs.map { $0.value.load(ordering: .relaxed) } == [0] + [Int](repeating: 1, count: count))
    }
  }

  @Test func `no two parts share a worker at a time`() {
    let pool = ThreadPool(threads: 4)
    let busy = (0..<4).map { _ in Counter() }, clashes = Counter()
    for _ in 0..<500 {
      pool.run(16) { _, worker in
        let others = busy[worker].value.add(1, ordering: .acquiringAndReleasing).oldValue
        if others != 0 { clashes.value.add(1, ordering: .relaxed) }
        busy[worker].value.subtract(1, ordering: .acquiringAndReleasing)
      }
    }
    #expect(clashes.value.load(ordering: .relaxed) == 0)
  }

  @Test func `many pools come and go`() {
    for _ in 0..<200 {
      let pool = ThreadPool(threads: 3), sum = Counter()
      pool.run(10) { part, _ in sum.value.add(part, ordering: .relaxed) }
      #expect(sum.value.load(ordering: .relaxed) == 45)
    }
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}
