import RingProtocol

/// SHA-256 of what a dataset holds: a line that tells how to read it, then all tokens in order.
struct Fingerprint: ~Copyable {
  private var digest = SHA256()

  init(tokenType: TokenType, sequenceLength: Int, tokenizerSHA256: String) {
    digest.update("\(tokenType.rawValue) \(sequenceLength) \(tokenizerSHA256)\n")
  }

  init(_ manifest: Manifest) {
    self.init(
      tokenType: manifest.tokenType, sequenceLength: manifest.sequenceLength,
      tokenizerSHA256: manifest.tokenizerSHA256)
  }

  /// Adds the plain bytes of the next sequences.
  mutating func update(_ plain: UnsafeRawBufferPointer) {
    digest.update(plain)
  }

  /// 64 hexadecimal digits.
  consuming func finalize() -> String { digest.finalize() }
}
