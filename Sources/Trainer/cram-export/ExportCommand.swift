import CramCommand
import RingProtocol
import Training

@main struct ExportVerb {
  static func main() { runCommand(ExportCommand.self) }
}

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration.verb(
    "export", abstract: "Writes a checkpoint as a folder that Hugging Face transformers loads.",
    discussion: """
      The folder holds the weights under their published names, the tokenizer, and the small Python file that the \
      architecture needs: load it with trust_remote_code=True.

      Example:
        cram export run/checkpoints/latest --output model
      """)

  @Argument(help: "A checkpoint, or a run: then its latest.")
  var checkpoint: String

  @Option(help: ArgumentHelp("The tokenizer, where the checkpoint holds none.", valueName: "path"))
  var tokenizer: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let begin = ContinuousClock.now
    let opened = try Checkpoint(checkpoint)
    let export = try HuggingFaceExport(
      opened, tokenizer: try TokenizerFiles.json(opened.tokenizerPath(given: tokenizer)))
    var report = StageReport(stage: "export", settings: ["format": "transformers"])
    let opening = try OutputFolder.open(
      output.folder, stage: "export", settings: report.settings,
      inputs: try export.inputs.map { try InputStamp(of: $0) }, overwrite: output.overwrite,
      isOwnFile: HuggingFaceExport.files.contains)
    switch opening {
    case .upToDate(let report):
      common.console.say("\(output.folder) is up to date")
      common.console.printJSON(report)
    case .ready(let folder):
      try export.write(to: folder.path)
      report.seconds = begin.duration(to: .now) / .seconds(1)
      report.add("parameters", .int(Int64(opened.configuration.parameterCount)))
      try folder.finish(report: report)
      common.console.say(
        "\(output.folder): \(Amount.grouped(UInt64(opened.configuration.parameterCount))) parameters; load it with AutoModelForMaskedLM.from_pretrained(…, trust_remote_code=True)"
      )
      common.console.printJSON(report.json)
    }
  }
}
