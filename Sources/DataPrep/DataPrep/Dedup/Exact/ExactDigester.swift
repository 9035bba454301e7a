/// The digest of a whole text, normalized where asked for.
struct ExactDigester: TextDigester {
  private let normalizer: TextNormalizer?

  init(_ settings: ExactSettings) {
    normalizer = settings.normalization.isEmpty ? nil : TextNormalizer(settings.normalization)
  }

  var isOfUnits: Bool { false }

  func forEachDigest(
    of text: UnsafeRawBufferPointer, _ scratch: inout DigestScratch,
    _ body: (TextDigest, Int) -> Void
  ) {
    guard let normalizer else { return body(TextDigest(text), 0) }
    normalizer.normalize(text, into: &scratch.bytes)
    body(scratch.bytes.withUnsafeBytes { TextDigest($0) }, 0)
  }
}
