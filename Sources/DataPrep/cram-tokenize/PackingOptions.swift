import CramCommand
import DataPrep

/// How documents become shards; nothing of it makes sense without `--output`, so what was not given is nil.
struct PackingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Tokens of a sequence (default: 128).", valueName: "tokens"))
  var length: Int?

  @Option(
    help: ArgumentHelp(
      "The order of the sequences: random, natural, or sentence-length, most full stops first (default: random).",
      valueName: "order"))
  var order: BlockOrder?

  @Option(
    help: ArgumentHelp(
      "Documents to hold out: below 1 a share of all, otherwise a count (default: 0).",
      valueName: "share-or-count"))
  var heldout: HeldoutAmount?

  @Option(help: ArgumentHelp("The level of zstd, 1 to 22 (default: 3).", valueName: "level"))
  var level: Int?

  @Option(help: ArgumentHelp("Sequences of a shard (default: 262144).", valueName: "count"))
  var shardSequences: Count?

  @Option(
    help: ArgumentHelp(
      "Sequences of a frame, the piece in which shards are read (default: 4096).",
      valueName: "count"))
  var frameSequences: Count?

  func validate() throws {
    if let length, length < 1 || length > 1 << 24 {
      throw ValidationError("--length \(length): expected 1 to \(1 << 24)")
    }
    if let level, level < 1 || level > 22 {
      throw ValidationError("--level \(level): expected 1 to 22")
    }
    for (name, count) in [("shard", shardSequences), ("frame", frameSequences)] {
      if let count, count.value < 1 || count.value > 1 << 31 {
        throw ValidationError("--\(name)-sequences \(count.value): expected 1 to \(1 << 31)")
      }
    }
  }

  /// The first of these options that the command line has; nil where it has none.
  var firstGiven: String? {
    let given: [(String, Bool)] = [
      ("--length", length != nil), ("--order", order != nil), ("--heldout", heldout != nil),
      ("--level", level != nil), ("--shard-sequences", shardSequences != nil),
      ("--frame-sequences", frameSequences != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func options(seed: UInt64) -> TokenizeOptions {
    var options = TokenizeOptions()
    options.length = length ?? options.length
    options.order = order ?? options.order
    options.heldout = heldout ?? options.heldout
    options.level = level ?? options.level
    options.shardSequences = shardSequences?.value ?? options.shardSequences
    options.frameSequences = frameSequences.map { Int($0.value) } ?? options.frameSequences
    options.seed = seed
    return options
  }
}

extension BlockOrder: ExpressibleByArgument {}

extension HeldoutAmount: ExpressibleByArgument {
  public init?(argument: String) {
    if let count = Count(argument: argument) {
      self = count.value == 0 ? .none : .count(count.value)
    } else if argument.first?.isNumber == true, let share = Double(argument), share >= 0, share < 1
    {
      self = share == 0 ? .none : .share(share)
    } else {
      return nil
    }
  }
}
