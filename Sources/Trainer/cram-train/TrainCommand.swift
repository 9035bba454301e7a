import CramCommand
import RingProtocol
import Training

@main struct TrainVerb {
  static func main() { runCommand(TrainCommand.self) }
}

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "train", abstract: "Trains a masked language model under a budget of time, tokens or steps.",
    discussion: """
      Starts a streamer process of its own for --shards, or takes the ring that one fills which was started by hand \
      (--ring). Writes metrics, checkpoints every few minutes and at the end, and goes on where it was when the same \
      command is given again.

      Examples:
        cram train --shards shards --output run --model crammed-bert-small --budget 3m
        cram train --shards shards --output run --model crammed-bert-small --budget 1h --resume
        cram train --shards shards --output run --model crammed-bert --budget 24h --plan --json
      """)

  @Option(help: ArgumentHelp("The folder that cram tokenize wrote.", valueName: "dir"))
  var shards: String?

  @Option(help: ArgumentHelp("Take the sequences of this ring.", valueName: "name"))
  var ring: String?

  @Option(
    help: ArgumentHelp(
      "The tokenizer that goes into checkpoints (default: the one of the shards).",
      valueName: "path"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Held-out sequences to measure on (default: heldout in the folder of --shards).",
      valueName: "dataset"))
  var heldout: String?

  @OptionGroup var recipe: RecipeOptions

  @Option(
    help: "Sequences that go through the model at a time; decides memory and the order of sums.")
  var microBatch: Count?

  @Flag(help: "Go on with the run in --output, also up to a larger --budget.")
  var resume = false

  @Option(help: "How often to write a checkpoint, as 90s, 5m or 2h.")
  var checkpointEvery = TimeSpan(seconds: 300)

  @Option(
    help: "How long a living streamer may give no data before the run ends with a checkpoint.")
  var stallLimit = TimeSpan(seconds: 600)

  @Flag(help: "Run nothing; say what the run would be: parameters, operations and memory.")
  var plan = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if (shards == nil) == (ring == nil) {
      throw ValidationError("give either --shards DIR or --ring NAME")
    }
    if plan, ring != nil { throw ValidationError("--plan needs --shards: a ring would be taken") }
    if resume, output.overwrite {
      throw ValidationError(
        "--resume goes on with a run, --overwrite replaces it: give one of them")
    }
    if let microBatch, !(1...1 << 16).contains(microBatch.value) {
      throw ValidationError("--micro-batch \(microBatch.value): expected 1 to \(1 << 16)")
    }
    if stallLimit.seconds <= 0 { throw ValidationError("--stall-limit 0: expected a time") }
    if checkpointEvery.seconds <= 0 {
      throw ValidationError("--checkpoint-every 0: expected a time")
    }
  }

  func run() throws {
    try TrainSession(self).run()
  }
}
