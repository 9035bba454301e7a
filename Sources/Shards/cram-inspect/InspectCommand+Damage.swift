import CramCommand
import RingProtocol
import Shards

/// What is damaged, and what can be made whole.
extension InspectCommand {
  func verifyAll() throws {
    var problems: [ShardError] = []
    for path in targets {
      let total = (try? InspectionTarget.open(path).sequences) ?? 0
      let meter = ProgressMeter(label: "verify", unit: "sequences", total: total)
      problems += try common.console.showing(meter) {
        try InspectionTarget.problems(
          path, threads: common.threadCount, progress: meter, cancellation: .process)
      }
    }
    for problem in problems { Console.complain("cram-inspect: \(problem)") }
    common.console.printJSON([
      "problems": .array(
        problems.map { ["path": .string($0.path), "problem": .string("\($0)")] })
    ])
    guard problems.isEmpty else { throw ExitCode(1) }
    common.console.say("\(targets.joined(separator: ", ")): every byte is as it was written")
  }

  func repairAll(to folder: String) throws {
    let meter = ProgressMeter(label: "repair", unit: "shards")
    let repaired = try common.console.showing(meter) {
      try Repair(threads: common.threadCount).repair(
        targets[0], to: Folder.trimmed(folder), progress: meter, cancellation: .process)
    }
    for shard in repaired where !shard.repairs.isEmpty {
      common.console.say("\(shard.file): made again \(shard.repairs.joined(separator: ", "))")
    }
    let count = repaired.count { !$0.repairs.isEmpty }
    common.console.say(
      "\(repaired.count) shard\(repaired.count == 1 ? "" : "s") whole in \(folder), \(count) of them repaired"
    )
    common.console.printJSON([
      "shards": .array(
        repaired.map {
          ["file": .string($0.file), "repairs": .array($0.repairs.map { .string($0) })]
        })
    ])
  }
}
