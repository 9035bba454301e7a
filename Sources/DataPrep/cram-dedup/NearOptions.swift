import CramCommand
import DataPrep

/// When documents are near duplicates.
struct NearOptions: ParsableArguments {
  @Flag(help: "Drop documents that are like an earlier one (MinHash signatures in bands).")
  var near = false

  @Option(
    help: ArgumentHelp(
      "Drop only what is as similar as this (Jaccard similarity of the shingles, above 0, at most 1).",
      valueName: "share"))
  var nearThreshold: Double?

  @Option(help: "What a shingle is made of: word or character.")
  var nearShingle: NearScheme.Shingle?

  @Option(help: "Words or characters of a shingle (default: 5 words, 24 characters).")
  var ngram: Int?

  @Option(help: "Bands of a signature: documents meet that agree in one (default: 14).")
  var bands: Int?

  @Option(help: "Rows of a band (default: 8).")
  var rows: Int?

  /// What the options ask for; nil where --near is not among them.
  func scheme(seed: UInt64) throws -> NearScheme? {
    guard near else {
      if let given = given.first {
        throw UsageError("\(given) says how --near works: give --near too")
      }
      return nil
    }
    var scheme = NearScheme()
    scheme.shingle = nearShingle ?? .word
    scheme.ngram = ngram ?? NearScheme.ngram(of: scheme.shingle)
    (scheme.bands, scheme.rows) = (bands ?? scheme.bands, rows ?? scheme.rows)
    (scheme.threshold, scheme.seed) = (nearThreshold, seed)
    if let problem = scheme.problem { throw UsageError("--near: \(problem)") }
    return scheme
  }

  /// The options that say how, as they were given.
  private var given: [String] {
    var given: [String] = []
    if let nearThreshold { given += ["--near-threshold", "\(nearThreshold)"] }
    if let nearShingle { given += ["--near-shingle", nearShingle.rawValue] }
    if let ngram { given += ["--ngram", "\(ngram)"] }
    if let bands { given += ["--bands", "\(bands)"] }
    if let rows { given += ["--rows", "\(rows)"] }
    return given
  }

  /// The same options for a planned command.
  var plannedArguments: [String] { (near ? ["--near"] : []) + given }
}

extension NearScheme.Shingle: ExpressibleByArgument {}
