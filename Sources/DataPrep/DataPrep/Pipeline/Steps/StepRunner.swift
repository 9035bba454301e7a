import RingProtocol
import Synchronization

/// Runs the steps of a run one after another in this process; what is done already is passed over.
struct StepRunner {
  let state: StepState
  /// The budget of the whole run.
  let context: StepContext
  /// The stored bytes of the corpus, by which progress counts what was done before.
  let storedBytes: UInt64

  func run(_ steps: [RunStep]) throws {
    for step in steps {
      try context.cancellation?.check()
      if state.isDone(step) {
        context.progress?.advance(by: UInt64(step.passes) * storedBytes)
      } else if step.isThreaded {
        for part in 0..<step.count { try state.perform(step, context(of: part)) }
      } else {
        try runSideBySide(step)
      }
    }
  }

  private func context(of part: Int, sharedBy workers: Int? = nil) -> StepContext {
    var context = context
    context.part = part
    if let workers { (context.threads, context.memory) = (1, context.memory / workers) }
    return context
  }

  /// The commands of one thread each, as many at once as there are threads; of failures that of the first command is thrown.
  private func runSideBySide(_ step: RunStep) throws {
    let workers = min(context.threads, step.count)
    let next = Atomic(0)
    let failure = Mutex<(part: Int, error: any Error)?>(nil)
    let threads = (0..<workers).map { _ in
      WorkerThread {
        while true {
          let part = next.add(1, ordering: .relaxed).oldValue
          guard part < step.count, failure.withLock({ $0 == nil }) else { return }
          do {
            try self.context.cancellation?.check()
            try self.state.perform(step, self.context(of: part, sharedBy: workers))
          } catch {
            failure.withLock { if $0 == nil || part < $0!.part { $0 = (part, error) } }
          }
        }
      }
    }
    for thread in threads { thread.join() }
    if let failed = failure.withLock({ $0 }) { throw failed.error }
  }
}
