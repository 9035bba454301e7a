/// The normalizers that a new vocabulary can be given.
public enum NormalizerPreset: String, CaseIterable, Sendable {
  /// Lower-case ASCII, made so that no word is lost: the default.
  ///
  /// The paper's, corrected: quotation marks, dashes and the like become their ASCII forms first, compatibility
  /// characters (ligatures, full width) and letters such as ø and ß are spelled out, and what then is
  /// not printable ASCII becomes a space instead of gluing its neighbours together.
  case cram
  /// What the paper's code does: lower-case ASCII, everything else deleted without a trace.
  case paper
  /// That of bert-base-uncased: any script, lower case, without accents.
  case bertUncased = "bert-uncased"
  /// That of bert-base-cased: any script, as written.
  case bertCased = "bert-cased"

  package var definition: NormalizerDefinition {
    switch self {
    case .cram: .sequence(Self.cramParts)
    case .paper: .sequence(Self.paperParts)
    case .bertUncased:
      .bert(cleanText: true, spaceChinese: true, stripAccents: nil, lowercase: true)
    case .bertCased: .bert(cleanText: true, spaceChinese: true, stripAccents: nil, lowercase: false)
    }
  }

  /// The two ASCII presets cut words as the paper does, the others as BERT.
  package var splitter: SplitterDefinition {
    switch self {
    case .cram, .paper: .whitespace
    case .bertUncased, .bertCased: .bert
    }
  }

  private static let paperParts: [NormalizerDefinition] = [
    .replaceText("``", by: "\""), .replaceText("''", by: "\""),
    .nfd, .lowercase, .stripAccents,
    .replaceExpression(" {2,}", by: " "), .replaceExpression(#"[^\x00-\x7F]+"#, by: ""),
  ]

  private static let cramParts: [NormalizerDefinition] =
    [
      // Soft hyphens, zero-width marks, byte-order marks: they stand inside words.
      .replaceExpression(#"[\u00AD\u200B-\u200F\u2060\uFEFF]"#, by: ""),
      .replaceExpression(#"[\u00B4\u02B9\u02BB\u02BC\u2018-\u201B\u2032\u2035]"#, by: "'"),
      .replaceExpression(#"[\u00AB\u00BB\u201C-\u201F\u2033\u2036]"#, by: "\""),
      .replaceText("``", by: "\""), .replaceText("''", by: "\""),
      .replaceExpression(#"[\u2010-\u2015\u2212]"#, by: "-"),
      .nfkd, .lowercase, .stripAccents,
      .replaceText("\u{2044}", by: "/"),
    ] + spelledOut.map { .replaceText($0, by: $1) }
    + [.replaceExpression(#"[^\t\n\r\x20-\x7E]+"#, by: " ")]

  /// Letters that no decomposition takes apart, in lower case.
  private static let spelledOut = [
    ("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ð", "d"),
    ("þ", "th"), ("ı", "i"),
  ]
}
