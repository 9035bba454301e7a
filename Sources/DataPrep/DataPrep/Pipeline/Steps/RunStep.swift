import RingProtocol

/// One step of a run: commands that may run at the same time, on any machine, once the step before is done.
///
/// A command writes files of its own that appear whole, and can be killed and run again.
package struct RunStep: Sendable {
  /// What it is called in plans and markers.
  package let name: String
  /// How many commands it has; each gets its number as `StepContext.part`.
  package let count: Int
  /// Whether one command uses many threads; otherwise a local run has several at work at once.
  package let isThreaded: Bool
  /// How often a command reads its part of the corpus.
  package let passes: Int
  /// Does the work of one command; what it returns is kept with its marker.
  package let run: @Sendable (StepContext) throws -> JSONValue

  /// A step that reads documents: one command for each partition, each with many threads.
  package init(
    reading name: String, partitions: Int, passes: Int = 1,
    run: @escaping @Sendable (StepContext) throws -> JSONValue
  ) {
    (self.name, count, isThreaded) = (name, partitions, true)
    (self.passes, self.run) = (passes, run)
  }

  /// A step that works on what steps have written: `count` commands of one thread each.
  package init(
    _ name: String, count: Int, run: @escaping @Sendable (StepContext) throws -> JSONValue
  ) {
    (self.name, self.count, isThreaded) = (name, count, false)
    (passes, self.run) = (0, run)
  }
}

/// What one command of a step works with.
package struct StepContext: Sendable {
  /// Its number in the step.
  package var part: Int
  package var threads: Int
  /// Bytes for tables, sorting and buffers beside the blocks that are read.
  package var memory: Int
  package var cancellation: CancellationFlag?
  /// Counts the stored bytes read.
  package var progress: ProgressMeter?

  package init(
    part: Int = 0, threads: Int, memory: Int, cancellation: CancellationFlag? = nil,
    progress: ProgressMeter? = nil
  ) {
    (self.part, self.threads, self.memory) = (part, threads, memory)
    (self.cancellation, self.progress) = (cancellation, progress)
  }
}
