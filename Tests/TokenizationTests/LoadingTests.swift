import RingProtocol
import TestSupport
import Testing
import Tokenization

@Suite struct LoadingTests {
  /// The golden tokenizer.json with one change.
  private func changed(_ key: String, _ value: JSONValue?) throws -> JSONValue {
    var file = try JSONValue.read("\(GoldenTokenizer.folder)/cram.json")
    file[key] = value
    return file
  }

  /// What loading says of a file that is refused.
  private func refusal(of file: JSONValue) throws -> String {
    try withTemporaryFolder { folder in
      let path = "\(folder)/tokenizer.json"
      try AtomicFile.replace(path, with: file.serialized())
      var message = "loaded"
      do { _ = try Tokenizer.load(folder) } catch { message = "\(error)" }
      #expect(message.contains(path))
      return message
    }
  }

  @Test(arguments: [
    ("normalizer", #"{"type": "Nmt"}"#, "Nmt"),
    ("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "ByteLevel"}]}"#, "ByteLevel"),
    ("pre_tokenizer", #"{"type": "Punctuation", "behavior": "Kept"}"#, "Kept"),
    ("pre_tokenizer", #"{"type": "Sequence", "pretokenizers": [{"type": "Split"}]}"#, "Split"),
    ("normalizer", #"{"type": "NFD", "strange": 1}"#, "strange"),
    ("normalizer", #"{"type": "Replace", "pattern": {"Regex": "a|b"}, "content": ""}"#, "a|b"),
    ("normalizer", #"{"type": "Replace", "content": ""}"#, "pattern"),
    ("normalizer", #"{"type": "Strip", "strip_left": 1, "strip_right": true}"#, "strip_left"),
    ("pre_tokenizer", #"{"type": "Metaspace", "replacement": "_"}"#, "Metaspace"),
    ("pre_tokenizer", "null", "pre_tokenizer"),
    ("model", #"{"type": "BPE", "vocab": {}, "merges": []}"#, "BPE"),
    ("model", #"{"vocab": {}, "merges": []}"#, "without a type"),
    ("decoder", #"{"type": "ByteLevel"}"#, "ByteLevel"),
    ("post_processor", #"{"type": "RobertaProcessing"}"#, "RobertaProcessing"),
    ("truncation", #"{"max_length": 512}"#, "truncation"),
    ("padding", #"{"strategy": "BatchLongest"}"#, "padding"),
    ("decoder", ###"{"type": "WordPiece", "prefix": "##", "cleanup": true, "trim": 1}"###, "trim"),
    (
      "added_tokens",
      #"[{"id": 9, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}]"#,
      "<pad>"
    ),
    ("strange", "1", "strange"),
  ])
  func `what is not understood is refused by name`(
    key: String, value: String, mention: String
  ) throws {
    let message = try refusal(of: changed(key, try JSONValue.parse(value)))
    #expect(message.contains(mention))
    #expect(!message.contains("\n"))
  }

  @Test func `a vocabulary without its unknown token is refused`() throws {
    let file = try changed("model", nil)
    var model = try #require(JSONValue.read("\(GoldenTokenizer.folder)/cram.json")["model"])
    model["unk_token"] = "[UNK]"
    var whole = file
    whole["model"] = model
    #expect(try refusal(of: whole).contains("[UNK]"))
  }

  @Test func `what is not there is refused by its path`() throws {
    try withTemporaryFolder { folder in
      for path in ["\(folder)/missing.json", folder] {
        do {
          _ = try Tokenizer.load(path)
          Issue.record("\(path) was loaded")
        } catch { #expect("\(error)".contains(path)) }
      }
    }
  }

  @Test func `a file that is not JSON is refused by its path`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/tokenizer.json"
      try AtomicFile.replace(path, with: "{\"model\": ")
      #expect(throws: TokenizerError.self) { try Tokenizer.load(path) }
    }
  }

  @Test func `without a decoder pieces are joined by spaces`() throws {
    try withTemporaryFolder { folder in
      let file = try changed("decoder", JSONValue.null).serialized()
      try AtomicFile.replace("\(folder)/tokenizer.json", with: file)
      let tokenizer = try Tokenizer.load(folder)
      let ids = try #require(
        [tokenizer.id(of: "the"), tokenizer.id(of: "##s"), tokenizer.id(of: ".")] as? [Int])
      #expect(tokenizer.decode(ids) == "the ##s .")
      #expect(tokenizer.definition.json["decoder"] == .null)
    }
  }

  @Test func `added tokens obey their options`() throws {
    var file = try changed("normalizer", ["type": "Lowercase"])
    let tokens = try #require(file["added_tokens"]?.array)
    func token(_ id: Int64, _ content: String, _ options: [String]) -> JSONValue {
      var token: JSONValue = ["id": .int(id), "content": .string(content), "special": false]
      for key in ["single_word", "lstrip", "rstrip", "normalized"] {
        token[key] = .bool(options.contains(key))
      }
      return token
    }
    file["added_tokens"] = .array(
      tokens + [
        token(600, "ZZ", []), token(601, "ZZZ", ["single_word"]), token(602, "Q Q", ["normalized"]),
        token(603, "Left", ["lstrip", "rstrip"]),
      ])
    try withTemporaryFolder { folder in
      try AtomicFile.replace("\(folder)/tokenizer.json", with: file.serialized())
      let tokenizer = try Tokenizer.load(folder)
      let added = { tokenizer.spans(of: $0).filter { $0.id >= 600 } }
      #expect(added("ZZ aZZa zz").map(\.id) == [600, 600])
      // The longest is taken, and a rejected one is not tried shorter.
      #expect(added("ZZZ aZZZ").map(\.id) == [601])
      #expect(added("q q Q Q q  q").map(\.id) == [602, 602])
      #expect(added("a  Left\n b").map { [$0.start, $0.end] } == [[1, 9]])
      #expect(tokenizer.vocabularySize == 604)
    }
  }

  @Test func `a token takes white space of every kind along`() throws {
    var file = try changed(
      "normalizer",
      ["type": "Replace", "pattern": ["String": "\u{A0}"], "content": "a"])
    file["added_tokens"] = .array(
      try #require(file["added_tokens"]?.array).map { token in
        var token = token
        token["rstrip"] = true
        return token
      })
    try withTemporaryFolder { folder in
      try AtomicFile.replace("\(folder)/tokenizer.json", with: file.serialized())
      let tokenizer = try Tokenizer.load(folder)
      #expect(tokenizer.makeEncoder().encode("<mask> \u{A0}") == [4])
      #expect(tokenizer.makeEncoder().encode("\u{A0} <mask>").count == 2)
    }
  }
}
