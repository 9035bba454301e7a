import ArgumentParser
import CPlatform
import RingProtocol

/// How progress is shown.
public enum ProgressStyle: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  /// A line now and then.
  case plain
  case none
}

/// The options that every verb has.
public struct CommonOptions: ParsableArguments {
  @Option(help: "Threads to use (default: all cores).")
  public var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Memory for what grows with the input: tables, sorting; the rest goes to disk (default: half of the machine's).",
      valueName: "size"))
  public var memory: ByteSize?

  @Option(help: "Seed of everything that is random.")
  public var seed: UInt64 = 0

  @Flag(help: "Say nothing but errors.")
  public var quiet = false

  @Option(help: "How progress is shown: auto, plain or none.")
  public var progress: ProgressStyle = .auto

  @Flag(help: "Print the result as one JSON object; everything else goes to standard error.")
  public var json = false

  public init() {}

  public func validate() throws {
    if let threads, threads < 1 || threads > 1024 {
      throw ValidationError("--threads \(threads): expected 1 to 1024")
    }
    if let memory, memory.bytes == 0 {
      throw ValidationError("--memory 0: expected a size as 500M or 4G")
    }
  }

  /// The number of threads to use: what was asked for, else the cores that this process may run on.
  public var threadCount: Int {
    threads ?? Int(cplatform_usable_cores())
  }

  /// Bytes that what grows with the input may take: what was asked for, else half of the memory that this process may use.
  public var memoryBytes: Int {
    memory.map { Int(min($0.bytes, 1 << 50)) } ?? Int(cplatform_usable_memory() / 2)
  }

  /// Where this command speaks to people.
  public var console: Console {
    Console(isQuiet: quiet, jsonOnOutput: json, style: progress)
  }
}

/// The options of verbs that write a folder.
public struct OutputOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The folder to write.", valueName: "dir"))
  public var output: String

  @Flag(help: "Replace a result of other settings or inputs.")
  public var overwrite = false

  public init() {}

  /// The folder without a slash at its end.
  public var folder: String { Folder.trimmed(output) }
}
