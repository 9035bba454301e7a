import CramCommand
import DataPrep
import Shards

/// How documents become shards; nothing of it makes sense without `--output`, so what was not given is nil.
struct PackingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Tokens of a sequence (default: 128).", valueName: "tokens"))
  var length: Int?

  @Option(
    help: ArgumentHelp(
      """
      The order of the sequences: random, natural, sentence-length (most full stops first), fragment (most documents), \
      word-length (fewest characters), unigram (least likely) or reverse-unigram (default: random).
      """, valueName: "order"))
  var order: BlockOrder?

  @Flag(help: "Begin each document with <cls>.")
  var leadingCls = false

  @Flag(
    help: "Begin each document in a sequence of its own, and fill up its last one with <pad>.")
  var noCrossing = false

  @Option(
    help: ArgumentHelp(
      "Documents to hold out: below 1 a share of all, otherwise a count (default: 0).",
      valueName: "share-or-count"))
  var heldout: HeldoutAmount?

  @Option(
    help: ArgumentHelp("How shards are packed: zstd or lz4 (default: zstd).", valueName: "codec"))
  var codec: Codec?

  @Option(
    help: ArgumentHelp(
      "The level of zstd, 1 to 22, or of lz4, 1 to 12 (default: 3).", valueName: "level"))
  var level: Int?

  @Option(help: ArgumentHelp("Sequences of a shard (default: 262144).", valueName: "count"))
  var shardSequences: Count?

  @Option(
    help: ArgumentHelp(
      "Sequences of a frame, the piece in which shards are read (default: 4096).",
      valueName: "count"))
  var frameSequences: Count?

  @Option(
    help: ArgumentHelp(
      "Whether shards tell of every sequence where it comes from: full or none (default: full).",
      valueName: "full|none"))
  var provenance: Provenance?

  @Option(
    help: ArgumentHelp(
      "Write parity, from which one damaged frame of so many can be made again: 2 to 256 (default: 0, none).",
      valueName: "frames"))
  var parity: Int?

  /// What shards tell of their documents.
  enum Provenance: String, ExpressibleByArgument, CaseIterable { case full, none }

  func validate() throws {
    if let length, length < 1 || length > 1 << 24 {
      throw ValidationError("--length \(length): expected 1 to \(1 << 24)")
    }
    let levels = (codec ?? .zstd).levels
    if let level, !levels.contains(level) {
      throw ValidationError(
        "--level \(level): expected \(levels.lowerBound) to \(levels.upperBound)")
    }
    if let parity, parity != 0, parity < 2 || parity > 256 {
      throw ValidationError("--parity \(parity): expected 0, or 2 to 256")
    }
    for (name, count) in [("shard", shardSequences), ("frame", frameSequences)] {
      if let count, count.value < 1 || count.value > 1 << 31 {
        throw ValidationError("--\(name)-sequences \(count.value): expected 1 to \(1 << 31)")
      }
    }
  }

  /// These options as the command line has them, for a planned command.
  var plannedArguments: [String] {
    var arguments: [String] = []
    func add(_ name: String, _ value: (some Any)?) {
      if let value { arguments += [name, "\(value)"] }
    }
    add("--length", length)
    add("--order", order?.rawValue)
    add("--heldout", heldout?.argument)
    if leadingCls { arguments.append("--leading-cls") }
    if noCrossing { arguments.append("--no-crossing") }
    add("--codec", codec?.rawValue)
    add("--level", level)
    add("--provenance", provenance?.rawValue)
    add("--parity", parity)
    add("--shard-sequences", shardSequences?.value)
    add("--frame-sequences", frameSequences?.value)
    return arguments
  }

  /// The first of these options that the command line has; nil where it has none.
  var firstGiven: String? { plannedArguments.first }

  func options(seed: UInt64) -> TokenizeOptions {
    var options = TokenizeOptions()
    options.length = length ?? options.length
    options.order = order ?? options.order
    options.heldout = heldout ?? options.heldout
    (options.hasLeadingClass, options.isUncrossed) = (leadingCls, noCrossing)
    options.codec = codec ?? options.codec
    options.level = level ?? options.level
    options.hasProvenance = provenance != Provenance.none
    options.parityGroup = parity ?? options.parityGroup
    options.shardSequences = shardSequences?.value ?? options.shardSequences
    options.frameSequences = frameSequences.map { Int($0.value) } ?? options.frameSequences
    options.seed = seed
    return options
  }
}

extension BlockOrder: ExpressibleByArgument {}
extension Codec: ExpressibleByArgument {}

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

extension HeldoutAmount {
  /// As the command line takes it.
  fileprivate var argument: String {
    switch self {
    case .none: "0"
    case .share(let share): "\(share)"
    case .count(let count): "\(count)"
    }
  }
}
