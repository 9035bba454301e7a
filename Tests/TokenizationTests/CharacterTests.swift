import RingProtocol
import Testing
import Tokenization

/// Every code point, once, against the digests of what `tokenizers` makes of it.
@Suite struct CharacterTests {
  /// For each plane a text with every code point between two letters, a line each.
  private static let planes = (UInt32(0)..<17).map { plane in
    var text: [UInt8] = []
    for code in plane << 16..<(plane + 1) << 16 {
      guard let scalar = Unicode.Scalar(code) else { continue }
      text.append(UInt8(ascii: "a"))
      text.append(contentsOf: UTF8.encode(scalar)!)
      text.append(UInt8(ascii: "a"))
      text.append(UInt8(ascii: "\n"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static let digests: JSONValue = {
    (try? JSONValue.read("\(GoldenTokenizer.folder)/characters.json")) ?? .null
  }()

  private func expectSame(_ name: String, _ change: (String) throws -> String) throws {
    let expected = try #require(Self.digests[name]?.array?.compactMap { $0.string })
    #expect(expected.count == 17)
    for (plane, digest) in expected.enumerated() {
      let found = SHA256.hex(of: try change(Self.planes[plane]))
      #expect(found == digest, "\(name), plane \(plane)")
    }
  }

  @Test(arguments: [
    ("NFC", NormalizerDefinition.nfc), ("NFD", .nfd), ("NFKC", .nfkc), ("NFKD", .nfkd),
    ("Lowercase", .lowercase),
    ("StripAccents", .stripAccents),
  ])
  func `each part of a normalizer treats every character as the reference does`(
    name: String, part: NormalizerDefinition
  ) throws {
    try expectSame(name) { try part.normalized($0) }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `each normalizer treats every character as the reference does`(
    preset: NormalizerPreset
  ) throws {
    try expectSame(preset.rawValue) { try preset.definition.normalized($0) }
  }

  @Test(arguments: [
    ("Whitespace", SplitterDefinition.whitespace), ("WhitespaceSplit", .whitespaceSplit),
    ("BertPreTokenizer", .bert), ("Digits", .digits(individually: false)),
    ("Digits, individually", .digits(individually: true)),
    ("Punctuation, removed", .punctuation(.removed)),
    ("Punctuation, isolated", .punctuation(.isolated)),
    ("Punctuation, merged_with_previous", .punctuation(.mergedWithPrevious)),
    ("Punctuation, merged_with_next", .punctuation(.mergedWithNext)),
    ("Punctuation, contiguous", .punctuation(.contiguous)),
  ])
  func `each splitter treats every character as the reference does`(
    name: String, splitter: SplitterDefinition
  ) throws {
    try expectSame(name) { splitter.words(of: $0).joined(separator: "\0\0") }
  }
}
