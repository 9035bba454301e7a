import CramCommand
import DataPrep
import DocumentCommand
import RingProtocol
import Tokenization

@main struct VocabularyVerb {
  static func main() { runCommand(VocabularyCommand.self) }
}

extension NormalizerPreset: ExpressibleByArgument {}
extension VocabularyRecipe.Order: ExpressibleByArgument {}

struct VocabularyCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "vocab", abstract: "Trains a WordPiece vocabulary.",
    discussion: """
      DIR gets tokenizer.json and vocab.txt, which the Python packages tokenizers and transformers load, and report.json. \
      The same documents and options give the same bytes, whatever the number of threads.

      Examples:
        cram vocab corpus/ --output vocabulary
        cram vocab 'clean/*.jsonl.zst' --size 16384 --sample 0.1 --output vocabulary
        cram vocab wiki.jsonl.gz --normalizer bert-cased --limit-alphabet 1000 --output vocabulary
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Number of pieces, the five special tokens included.")
  var size = Count(32768)

  @Option(help: "Join no pair of pieces that occurs less often.")
  var minFrequency = Count(0)

  @Option(
    help: ArgumentHelp(
      "Give only the N most frequent characters pieces of their own (default: all).",
      valueName: "n"))
  var limitAlphabet: Count?

  @Option(help: ArgumentHelp("Learn from this share of the documents.", valueName: "fraction"))
  var sample = 1.0

  @Option(
    help: """
      How text is normalized: cram (lower-case ASCII, no word lost), paper (as the paper's code), bert-uncased or \
      bert-cased (all scripts).
      """)
  var normalizer = NormalizerPreset.cram

  @Option(help: "How pieces are numbered: frequency (falling use) or merge (as they arose).")
  var order = VocabularyRecipe.Order.frequency

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard sample > 0, sample <= 1 else {
      throw ValidationError("--sample \(sample): expected above 0 and at most 1")
    }
    guard (6...(1 << 24)).contains(size.value) else {
      throw ValidationError("--size \(size.value): expected 6 to \(1 << 24)")
    }
  }

  func run() throws {
    try input.requireInput()
    try VocabularyRun(self).perform()
  }

  /// What is to be made.
  var recipe: VocabularyRecipe {
    var recipe = VocabularyRecipe(size: .exactly(Int(size.value)))
    recipe.normalizer = normalizer
    recipe.minimumFrequency = Int(clamping: minFrequency.value)
    recipe.alphabetLimit = limitAlphabet.map { Int(clamping: $0.value) }
    recipe.order = order
    return recipe
  }

  /// The options that decide the result.
  var settings: [JSONValue.Member] {
    [
      .init("size", .unsigned(size.value)), .init("min_frequency", .unsigned(minFrequency.value)),
      .init("limit_alphabet", limitAlphabet.map { .unsigned($0.value) } ?? .null),
      .init("sample", .double(sample)),
      // The seed only decides which documents are sampled.
      .init("seed", sample < 1 ? .unsigned(common.seed) : .null),
      .init("normalizer", .string(normalizer.rawValue)), .init("order", .string(order.rawValue)),
    ]
  }
}
