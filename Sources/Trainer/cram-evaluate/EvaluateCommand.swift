import CramCommand
import RingProtocol
import Training

@main struct EvaluateVerb {
  static func main() { runCommand(EvaluateCommand.self) }
}

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "evaluate", abstract: "Measures a trained model.",
    discussion: """
      Examples:
        cram evaluate mlm --checkpoint run/checkpoints/latest --shards shards/heldout
        cram evaluate fill-mask --checkpoint run/checkpoints/latest "Paris is the <mask> of France."
      """, subcommands: [MLMCommand.self, FillMaskCommand.self])
}
