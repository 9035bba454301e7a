import RingProtocol

/// The folder in which the steps of a run exchange files, and the markers of what is done.
///
/// A marker holds the key of the run's settings and inputs: one of another run is not trusted.
package struct StepState: Sendable {
  /// Where the files go.
  package let folder: String
  private let key: String

  package init(folder: String, key: String) {
    (self.folder, self.key) = (folder, key)
  }

  /// The path of a file in the folder.
  package func path(_ name: String) -> String { folder + "/" + name }

  /// Whether one command of a step is done.
  package func isDone(_ step: String, _ part: Int) -> Bool {
    marker(step, part)?["key"]?.string == key
  }

  /// Whether a step is done.
  package func isDone(_ step: RunStep) -> Bool {
    (0..<step.count).allSatisfy { isDone(step.name, $0) }
  }

  /// What a command that is done returned.
  package func facts(_ step: String, _ part: Int) throws(StepError) -> JSONValue {
    guard let marker = marker(step, part), marker["key"]?.string == key else {
      throw .notDone(step: step, part: part)
    }
    return marker["facts"] ?? .null
  }

  /// What all commands of a step returned.
  package func facts(of step: String, count: Int) throws(StepError) -> [JSONValue] {
    var all: [JSONValue] = []
    for part in 0..<count { all.append(try facts(step, part)) }
    return all
  }

  /// Seconds and memory of everything that is done, by the markers of `steps`.
  package func expenses(of steps: [RunStep]) -> (seconds: Double, peakMemory: Int64) {
    var sum = (seconds: 0.0, peakMemory: Int64(0))
    for step in steps {
      for part in 0..<step.count {
        guard let marker = marker(step.name, part) else { continue }
        sum.seconds += marker["seconds"]?.double ?? 0
        sum.peakMemory = max(sum.peakMemory, marker["peak_memory_bytes"]?.int ?? 0)
      }
    }
    return sum
  }

  /// Runs one command of a step, unless it is done, and marks it.
  package func perform(_ step: RunStep, _ context: StepContext) throws {
    guard !isDone(step.name, context.part) else { return }
    try Folder.create(folder)
    let begin = ContinuousClock.now
    let facts = try step.run(context)
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let marker: JSONValue = [
      "key": .string(key), "seconds": .double(seconds),
      "peak_memory_bytes": .int(StageReport.peakMemory), "facts": facts,
    ]
    try AtomicFile.replace(
      markerPath(step.name, context.part), with: marker.serialized() + "\n")
  }

  private func marker(_ step: String, _ part: Int) -> JSONValue? {
    try? JSONValue.read(markerPath(step, part))
  }

  private func markerPath(_ step: String, _ part: Int) -> String { path("\(step)-\(part).done") }
}

/// Why a step cannot begin.
package enum StepError: Error, Equatable, CustomStringConvertible {
  case notDone(step: String, part: Int)
  case unknownStep(String, known: [String])
  case noSuchPart(step: String, part: Int, count: Int)

  package var description: String {
    switch self {
    case .notDone(let step, let part):
      "command \(part) of step \(step) is not done; run all commands of the step before this one"
    case .unknownStep(let name, let known):
      "step \(name): there is none in this run; expected \(known.joined(separator: ", "))"
    case .noSuchPart(let step, let part, let count):
      "part \(part) of step \(step): expected 0 to \(count - 1)"
    }
  }
}
