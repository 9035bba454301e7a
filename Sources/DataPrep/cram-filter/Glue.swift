import CramCommand
import DataPrep
import RingProtocol

extension CorpusInputs {
  /// The inputs that a command line names.
  init(_ options: InputOptions) {
    self.init(
      paths: options.paths, filesFrom: options.filesFrom, textField: options.textField,
      idField: options.idField,
      textDocuments: TextDocuments(rawValue: options.textDocuments.rawValue) ?? .file,
      skipDamaged: options.skipDamaged, lineLimit: options.lineLimit.bytes)
  }
}

extension Console {
  /// Says what a stage did.
  func conclude(_ outcome: StageOutcome, in folder: String) {
    switch outcome {
    case .upToDate(let report):
      say("\(folder) is up to date")
      printJSON(report)
    case .done(let report):
      say("\(report.line) -> \(folder)")
      printJSON(report.json)
    }
  }
}
