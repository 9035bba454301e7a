import CramCommand
import RingProtocol
import Tokenization
import Training

struct FillMaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fill-mask", abstract: "The likeliest words for the <mask> of a text.")

  @Option(help: ArgumentHelp("A checkpoint, or a run: then its latest.", valueName: "dir"))
  var checkpoint: String

  @Option(help: ArgumentHelp("The tokenizer, where the checkpoint holds none.", valueName: "path"))
  var tokenizer: String?

  @Option(help: "How many words to show.")
  var top = 5

  @Argument(help: "A text with one <mask>.")
  var text: String

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if top < 1 { throw ValidationError("--top \(top): expected at least 1") }
  }

  func run() throws {
    let opened = try Checkpoint(checkpoint)
    let tokenizer = try Tokenizer.load(try opened.tokenizerPath(given: tokenizer))
    let model = try MaskedLanguageModel(
      opened, sequenceLength: opened.configuration.maximumLength, microBatch: 1,
      pool: ThreadPool(threads: common.threadCount))
    let ids = tokenizer.encodeWithSpecials(text).map { UInt32($0) }
    let fillings = try model.fillings(ids: ids, maskID: try opened.data.maskID(), top: top)
    for filling in fillings {
      common.console.say(
        "\(Amount.fixed(filling.probability * 100, 2)) %  \(tokenizer.piece(Int(filling.id)))")
    }
    common.console.printJSON(["fillings": .array(fillings.map { json($0, tokenizer) })])
  }

  private func json(_ filling: Filling, _ tokenizer: Tokenizer) -> JSONValue {
    [
      "token": .string(tokenizer.piece(Int(filling.id))), "id": .int(Int64(filling.id)),
      "probability": .double(filling.probability),
    ]
  }
}
