import CramCommand
import RingProtocol
import Shards
import Tokenization

@main struct InspectVerb {
  static func main() { runCommand(InspectCommand.self) }
}

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "inspect", abstract: "Shows, decodes and verifies datasets and shards.",
    discussion: """
      A dataset is a folder with manifest.json; a shard is a *.tok.zst file. Statistics come from manifest and index \
      alone and take no time whatever the size. --verify reads everything: a line on standard error for each fault, and \
      status 1 if there is one.

      Examples:
        cram inspect shards/train
        cram inspect shards/train/00000.tok.zst --json
        cram inspect shards/train --decode 1234
        cram inspect shards/train --random 5
        cram inspect shards/train shards/heldout --verify
      """)

  @Argument(help: ArgumentHelp("Folders of shards, or shards.", valueName: "dataset|shard"))
  var targets: [String]

  @Option(
    help: ArgumentHelp(
      "Print this sequence, counted from 0: its text and, with --json, its ids.",
      valueName: "sequence"))
  var decode: UInt64?

  @Option(help: ArgumentHelp("Print so many sequences drawn by --seed.", valueName: "count"))
  var random: UInt64?

  @Flag(help: "Read everything and check every checksum.")
  var verify = false

  @Option(
    help: ArgumentHelp(
      "Print the documents of this sequence, with file, source and offset.", valueName: "sequence"))
  var trace: UInt64?

  @Option(
    help: ArgumentHelp("Print the sequences that hold this document.", valueName: "id"))
  var findDocument: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    let given = modes
    guard given.count <= 1 else {
      throw UsageError("\(given[0]) and \(given[1]) exclude each other")
    }
    if verify { return try verifyAll() }
    guard let mode = given.first else { return try showAll() }
    guard targets.count == 1 else {
      throw UsageError("\(mode) takes one dataset or shard, not \(targets.count)")
    }
    if let trace { return try printTrace(of: trace) }
    if let findDocument { return try printSequences(holding: findDocument) }
    try printSequences()
  }

  /// The options given that say what to do; without one, statistics are shown.
  private var modes: [String] {
    let all: [(String, Bool)] = [
      ("--decode", decode != nil), ("--random", random != nil), ("--verify", verify),
      ("--trace", trace != nil), ("--find-document", findDocument != nil),
    ]
    return all.filter(\.1).map(\.0)
  }

  // Statistics

  private func showAll() throws {
    let found = try targets.map { path in
      try Inspection(InspectionTarget.open(path), path: path)
    }
    if !common.json {
      for inspection in found { InspectionTable.lines(inspection).forEach(common.console.say) }
    }
    common.console.printJSON(
      found.count == 1 ? found[0].json : ["inspected": .array(found.map(\.json))])
  }

  // Sequences

  private func printSequences() throws {
    let target = try InspectionTarget.open(targets[0])
    let numbers = decode.map { [$0] } ?? drawn(from: target.sequences)
    let found = try numbers.map { (number: $0, ids: try target.ids(of: $0)) }
    let search = TokenizerSearch(target)
    if let note = search.note, search.tokenizer == nil {
      Console.complain("cram-inspect: \(note)")
    }
    let sequences = found.map {
      DecodedSequence(number: $0.number, ids: $0.ids, tokenizer: search.tokenizer)
    }
    if !common.json { sequences.flatMap(\.lines).forEach(common.console.say) }
    let json = sequences.map(\.json)
    common.console.printJSON(decode != nil ? json[0] : ["sequences": .array(json)])
  }

  /// Different sequences, the same for a seed.
  private func drawn(from count: UInt64) -> [UInt64] {
    let key = OrderKey.derive(purpose: "inspect", seed: common.seed)
    let permutation = KeyedPermutation(count: count, key: key)
    return (0..<min(random ?? 0, count)).map { permutation[$0] }
  }

  // Origins

  private func printTrace(of number: UInt64) throws {
    let pieces = try InspectionTarget.open(targets[0]).trace(number)
    common.console.printJSON(["documents": .array(pieces.map(\.json))])
    guard !common.json else { return }
    common.console.say("sequence \(number)")
    pieces.map(\.line).forEach(common.console.say)
  }

  private func printSequences(holding id: String) throws {
    let found = try InspectionTarget.open(targets[0]).sequences(
      holding: id, threads: common.threadCount)
    common.console.printJSON(["sequences": .array(found.map { .unsigned($0) })])
    guard !common.json else { return }
    common.console.say(
      "document \(id) is in \(found.count == 1 ? "1 sequence" : "\(found.count) sequences")")
    for number in found { common.console.say("  \(number)") }
  }

  // Verification

  private func verifyAll() throws {
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
}
