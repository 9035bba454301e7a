import RingProtocol
import TestSupport
import Testing
import Tokenization

/// Folders with vocab.txt and no tokenizer.json.
@Suite struct FolderTests {
  private static let pieces = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "Th", "##e  ", "é", "[", "new", "]",
  ]

  /// The tokenizer of a folder with these files beside vocab.txt.
  private func loaded(_ files: [String: String]) throws -> Tokenizer {
    try withTemporaryFolder { folder in
      let content = Self.pieces.joined(separator: "\n") + "\n"
      try AtomicFile.replace("\(folder)/vocab.txt", with: content)
      for (name, content) in files { try AtomicFile.replace("\(folder)/\(name)", with: content) }
      return try Tokenizer.load(folder)
    }
  }

  @Test func `vocab.txt alone is a BERT tokenizer`() throws {
    let uncased = try loaded([:])
    #expect(uncased.encodeWithSpecials("The [MASK] x") == [2, 5, 4, 1, 3])
    #expect(uncased.encodeWithSpecials("The", "the") == [2, 5, 3, 5, 3])
    let cased = try loaded(["tokenizer_config.json": #"{"do_lower_case": false}"#])
    #expect(cased.encodeWithSpecials("The é") == [2, 6, 7, 8, 3])
    #expect(cased.roles.mask == 4 && cased.vocabularySize == 12)
  }

  @Test func `added tokens are those that the settings list`() throws {
    let listed = #"""
      {"added_tokens_decoder": {"12": {"content": "[NEW]", "normalized": true, "special": false},
      "4": {"content": "[MASK]", "lstrip": true, "special": true}}}
      """#
    // Then the older files do not count.
    let tokenizer = try loaded([
      "tokenizer_config.json": listed, "special_tokens_map.json": #"{"mask_token": "the"}"#,
    ])
    #expect(tokenizer.makeEncoder().encode("[new] the[NEW]") == [12, 5, 12])
    #expect(tokenizer.spans(of: "the  [MASK]").map(\.start) == [0, 3])
    #expect(tokenizer.vocabularySize == 13)
  }

  @Test func `older files add tokens too`() throws {
    let tokenizer = try loaded([
      "added_tokens.json": #"{"[TWO]": 13, "[ONE]": 12}"#,
      "special_tokens_map.json":
        #"{"mask_token": {"content": "[MASK]", "lstrip": true}, "additional_special_tokens": ["[ONE]", "[NEW]"]}"#,
    ])
    let encoder = tokenizer.makeEncoder()
    #expect(encoder.encode("[ONE][TWO][NEW]") == [12, 13, 14])
    #expect(encoder.encode("[one][two][new]") == [9, 1, 11, 13, 9, 10, 11])
    #expect(tokenizer.specials.map(\.id) == [0, 1, 2, 3, 4, 12, 14])
  }

  @Test(arguments: [
    (#"{"tokenizer_class": "T5Tokenizer"}"#, "T5Tokenizer"),
    (#"{"do_basic_tokenize": false}"#, "do_basic_tokenize"),
    (#"{"added_tokens_decoder": {"40": {"content": "[NEW]"}}}"#, "id 40"),
    (#"{"added_tokens_decoder": {"12": {"content": "[NEW]", "odd": 1}}}"#, "odd"),
    (#"{"unk_token": "[OTHER]"}"#, "[OTHER]"),
    (#"{"additional_special_tokens": "[NEW]"}"#, "additional_special_tokens"),
  ])
  func `what is not understood is refused by name`(settings: String, mention: String) {
    do {
      _ = try loaded(["tokenizer_config.json": settings])
      Issue.record("loaded")
    } catch { #expect("\(error)".contains(mention)) }
  }
}
