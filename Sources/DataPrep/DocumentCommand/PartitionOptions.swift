import CramCommand
import DataPrep
import Glibc
import RingProtocol

/// The options of verbs whose run can be planned as steps of independent commands.
public struct PartitionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Plan the run in so many partitions; together with --plan.", valueName: "n"))
  public var partitions: Int?

  @Flag(
    help:
      "Run nothing: print the steps of the run as JSON. The commands of a step may run at the same time, on any machine that sees the folders."
  )
  public var plan = false

  // What the commands of a plan have beside the options of the run.

  @Option(help: .hidden)
  var step: String?

  @Option(help: .hidden)
  var part: Int?

  @Option(help: .hidden)
  var workingFolder: String?

  public init() {}

  /// What is to be done.
  public enum Task {
    /// The whole run, in this process.
    case run
    /// Printing the steps.
    case plan(partitions: Int)
    /// One command of a step.
    case command(partitions: Int, step: String, part: Int)

    /// Refuses partitions for what writes no folder; `options` ask for that.
    public func requireRun(_ options: String) throws {
      guard case .run = self else {
        throw UsageError("--partitions plans how a folder is written: leave out \(options)")
      }
    }
  }

  /// What the options ask for. Goes to the folder in which the plan was made.
  public func task() throws -> Task {
    if let workingFolder, chdir(workingFolder) != 0 {
      throw FileError("enter", workingFolder, errno: errno)
    }
    guard let partitions else {
      guard !plan, step == nil else { throw UsageError("--plan: in how many --partitions?") }
      return .run
    }
    guard (1...Self.most).contains(partitions) else {
      throw UsageError("--partitions \(partitions): expected 1 to \(Self.most)")
    }
    if let step, let part { return .command(partitions: partitions, step: step, part: part) }
    guard plan else {
      throw UsageError("--partitions only plans a run: give --plan too, and run what it prints")
    }
    return .plan(partitions: partitions)
  }

  private static let most = 10_000

  /// Does what is asked of a stage.
  ///
  /// - Parameters:
  ///   - input: what `command` reads.
  ///   - options: the options of the verb's own, as a planned command gets them: paths are absolute.
  ///   - run: the whole run in this process.
  /// - Returns: what the run has come to; nil where only a plan was printed, or a step done.
  package func perform(
    _ task: Task, _ stage: some PartitionedStage, _ command: StageCommand, _ input: InputOptions,
    _ common: CommonOptions, options: [String], run: () throws -> StageOutcome
  ) throws -> StageOutcome? {
    switch task {
    case .run: return try run()
    case .plan(let partitions):
      let arguments = try input.plannedArguments() + options + command.plannedArguments()
      let steps = stage.plannedSteps(command, partitions: partitions)
      let head =
        [try Self.executable()] + arguments + common.plannedArguments
        + ["--partitions", "\(partitions)"]
      Console.write(Self.json(steps, head).serialized(pretty: true) + "\n", to: STDOUT_FILENO)
      return nil
    case .command(let partitions, let step, let part):
      let meter = ProgressMeter(label: "\(command.stage) \(step)", unit: "bytes")
      let (threads, memory) = common.resources
      let context = StepContext(
        part: part, threads: threads, memory: memory, cancellation: .process, progress: meter)
      return try common.console.showing(meter) {
        try stage.perform(step: step, of: command, partitions: partitions, context)
      }
    }
  }

  private static func json(_ steps: [(name: String, count: Int)], _ head: [String]) -> JSONValue {
    let steps = steps.map { step -> JSONValue in
      let commands = (0..<step.count).map { part in
        JSONValue.array((head + ["--step", step.name, "--part", "\(part)"]).map(JSONValue.string))
      }
      return ["name": .string(step.name), "commands": .array(commands)]
    }
    return ["steps": .array(steps)]
  }

  private static func executable() throws(FileError) -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw FileError("read", "/proc/self/exe", errno: errno)
    }
    defer { free(path) }
    return String(cString: path)
  }
}

extension StageCommand {
  /// Where a planned command writes.
  ///
  /// - Throws: `UsageError` for a dry run.
  fileprivate func plannedArguments() throws -> [String] {
    guard !isDryRun else {
      throw UsageError("--dry-run has no use for --partitions: it writes no documents")
    }
    var arguments = ["--output", Folder.absolute(output)]
    if overwrite { arguments.append("--overwrite") }
    if let dropped { arguments += ["--dropped", Folder.absolute(dropped)] }
    return arguments
  }
}

extension InputOptions {
  /// The same inputs for a command that is started in any folder.
  ///
  /// - Throws: `UsageError` for standard input: a command can read it only once.
  fileprivate func plannedArguments() throws -> [String] {
    guard !paths.contains("-") else {
      throw UsageError("standard input cannot be read in partitions: name files")
    }
    var arguments = paths.map(Self.absolute)
    if let filesFrom {
      // The paths that it lists may be relative.
      arguments += ["--files-from", Folder.absolute(filesFrom)]
      arguments += ["--working-folder", Folder.absolute(".")]
    }
    arguments += ["--text-field", textField, "--id-field", idField]
    arguments += ["--text-documents", textDocuments.rawValue]
    if skipDamaged { arguments.append("--skip-damaged") }
    return arguments + ["--line-limit", "\(lineLimit.bytes)"]
  }

  /// A path, or a pattern in whose folder nothing is to be matched.
  public static func absolute(_ path: String) -> String {
    guard Folder.kind(of: path) == .nothing else { return Folder.absolute(path) }
    guard !path.hasPrefix("/") else { return path }
    let folder = Folder.absolute("").map { "*?[\\".contains($0) ? "\\\($0)" : "\($0)" }
    return folder.joined() + path
  }
}

extension CommonOptions {
  /// What of these options a planned command keeps.
  fileprivate var plannedArguments: [String] {
    var arguments = ["--seed", "\(seed)", "--progress", progress.rawValue]
    if let threads { arguments += ["--threads", "\(threads)"] }
    if let memory { arguments += ["--memory", "\(memory.bytes)"] }
    if quiet { arguments.append("--quiet") }
    return arguments
  }
}
