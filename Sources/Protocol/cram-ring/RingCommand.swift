import CramCommand
import RingProtocol

@main struct RingVerb {
  static func main() { runCommand(RingCommand.self) }
}

struct RingCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "ring", abstract: "Shows rings, reads from them and cleans up.",
    discussion: """
      A ring carries batches through shared memory from `cram stream` to a trainer.

      Examples:
        cram ring list
        cram ring show training --json
        cram ring watch training
        cram ring dump training --tokenizer shards/tokenizer.json
        cram ring dump training --follow --start 0 --json
        cram ring clean
      """,
    subcommands: [
      ListCommand.self, ShowCommand.self, WatchCommand.self, DumpCommand.self, CleanCommand.self,
      BenchCommand.self,
    ])
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Every ring: who holds it, its state, how full it is, its rate and stalls.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let rings = CramHome.rings.names().map(Sighting.init)
    common.console.printJSON(["rings": .array(rings.map(\.json))])
    guard !common.json else { return }
    if rings.isEmpty { common.console.say("no rings") }
    for ring in rings { common.console.say(ring.line) }
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "All that a ring says of itself.")

  @Argument(help: "The ring's name.")
  var name: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let status = try CramHome.rings.status(of: name)
    common.console.printJSON(status.json)
    guard !common.json else { return }
    for line in status.lines { common.console.say(line) }
  }
}

struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean", abstract: "Removes the rings that no living process holds.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let removed = CramHome.rings.clean()
    common.console.printJSON(["removed": .array(removed.map(JSONValue.string))])
    guard !common.json else { return }
    for name in removed { common.console.say("removed \(name)") }
    if removed.isEmpty { common.console.say("nothing to remove") }
  }
}

/// What was found under a name of the list.
private enum Sighting {
  case ring(RingStatus)
  case unreadable(name: String, reason: String)

  init(_ name: String) {
    do throws(RingError) { self = .ring(try CramHome.rings.status(of: name)) } catch {
      self = .unreadable(name: name, reason: "\(error)")
    }
  }

  var json: JSONValue {
    switch self {
    case .ring(let status): status.json
    case .unreadable(let name, let reason): ["name": .string(name), "error": .string(reason)]
    }
  }

  var line: String {
    switch self {
    case .ring(let status): status.line
    case .unreadable(let name, let reason): "\(name)  \(reason)"
    }
  }
}
