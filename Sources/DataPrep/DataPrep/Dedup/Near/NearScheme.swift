import CTextKernels
import RingProtocol

/// What makes two documents near duplicates, and which of them stays.
public struct NearScheme: Sendable, Equatable {
  /// What a shingle is made of.
  public enum Shingle: String, Sendable, CaseIterable {
    /// Words of the lower-cased text.
    case word
    /// Characters of the lower-cased text, with one space for all that stands between two words.
    case character
  }

  public var shingle = Shingle.word
  /// Words or characters of a shingle.
  public var ngram = 5
  /// A signature has `bands` times `rows` values; documents meet when all rows of one band agree.
  public var bands = 14
  public var rows = 8
  /// The least Jaccard similarity of the shingle sets; nil takes every pair that shares a band.
  public var threshold: Double?
  /// Chooses the hash functions.
  public var seed: UInt64 = 0
  /// Whether the longest text of a cluster stays, instead of the first.
  public var keepsLongest = false

  public init() {}

  /// The figures that the published schemes use: 5 words, 24 characters.
  public static func ngram(of shingle: Shingle) -> Int { shingle == .word ? 5 : 24 }

  /// What is wrong with the figures; nil where nothing is.
  public var problem: String? {
    if ngram < 1 || ngram > 1000 { return "a shingle has 1 to 1000 parts, not \(ngram)" }
    if bands < 1 || rows < 1 { return "bands and rows are 1 or more, not \(bands) and \(rows)" }
    guard bands <= Self.mostBins, rows <= Self.mostBins, bands * rows <= Self.mostBins else {
      return "\(bands) bands of \(rows) rows are more than \(Self.mostBins) values"
    }
    guard let threshold, !(threshold > 0 && threshold <= 1) else { return nil }
    return "a similarity lies above 0 and is at most 1, not \(threshold)"
  }

  private static let mostBins = Int(CRAM_SKETCH_BINS)

  /// The options that change the result, for the report.
  public var settings: [JSONValue.Member] {
    [
      .init("shingle", .string(shingle.rawValue)), .init("ngram", .int(Int64(ngram))),
      .init("bands", .int(Int64(bands))), .init("rows", .int(Int64(rows))),
      .init("threshold", threshold.map(JSONValue.double) ?? .null),
      .init("seed", .unsigned(seed)),
    ]
  }
}
