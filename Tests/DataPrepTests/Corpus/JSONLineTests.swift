import CTextKernels
import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Which lines are documents, and what their texts are.
@Suite struct JSONLineTests {
  /// Reads lines; those that are no documents are counted as damaged.
  private func read(lines: [String], textField: String = "text") throws -> ReadCorpus {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/in.jsonl", with: lines.joined(separator: "\n"))
      return try DataPrepTests.read(
        CorpusInputs(
          paths: [folder + "/in.jsonl"], textField: textField, skipDamaged: true))
    }
  }

  @Test func `hard but valid lines are read, and stay as they were`() throws {
    let lines = [
      #"{"text": "numbers", "id": "n", "big": 123456789012345678901234567890, "small": 1e-320, "z": -0.0, "e": 1E+2}"#,
      #"{"text": "nested", "metadata": {"a": [1, [2, {"b": null}], true, false, ""], "": {"": []}}, "empty": {}}"#,
      #"   {  "id" : "spaced" ,  "text" : "white space between tokens"  }   "#,
      #"{"id": 17, "text": "an id that is a number"}"#,
      #"{"id": null, "text": "no id to speak of"}"#,
      #"{"text": "", "id": "empty"}"#,
      #"{"text": "first", "text": "of equal keys the last counts", "id": 1, "id": "last"}"#,
      #"{"te\u0078t": "a key with an escape", "\u0069d": "k"}"#,
      #"{"metadata": {"text": "not this", "id": "nor this"}, "text": "but this", "source": "s\n"}"#,
      #"{"text": "\" \\ \/ \b \f \n \r \t \u0000 \u001f \u2028 \ufeff"}"#,
      #"{"text": "\u00e9 \ud83d\ude00 \u4e2d é 😀 中 𝒳"}"#,
    ]
    let found = try read(lines: lines)
    #expect(found.faults == [])
    #expect(found.documents.map(\.line) == lines)
    #expect(
      found.names == [
        "n", "in.jsonl:2", "spaced", "17", "in.jsonl:5", "empty", "last", "k", "in.jsonl:9",
        "in.jsonl:10", "in.jsonl:11",
      ])
    #expect(found.texts[6] == "of equal keys the last counts")
    #expect(found.texts[7] == "a key with an escape")
    #expect(found.documents[8].text == "but this")
    #expect(found.documents[8].source == "s\n")
    #expect(found.texts[9] == "\" \\ / \u{8} \u{C} \n \r \t \0 \u{1F} \u{2028} \u{FEFF}")
    #expect(found.texts[10] == "é 😀 中 é 😀 中 𝒳")
  }

  @Test(arguments: [
    #"["not", "an object"]"#, #"{"text": "open"#, #"{"text": "x"} {"text": "y"}"#, #"{"text": 6}"#,
    #"{"body": "x"}"#, #"{"text": "x",}"#, #"{"text" "x"}"#, #"{text: "x"}"#, #"{"text": 'x'}"#,
    #"{"text": "x", "n": 01}"#, #"{"text": "x", "n": 1.}"#, #"{"text": "x", "n": .5}"#,
    #"{"text": "x", "n": +1}"#, #"{"text": "x", "n": 1e}"#, #"{"text": "x", "n": -}"#,
    #"{"text": "x", "n": NaN}"#, #"{"text": "x", "n": tru}"#, #"{"text": "\x41"}"#,
    #"{"text": "\u12g4"}"#, #"{"text": "\u12"}"#, "{\"text\": \"a\tb\"}",
    #"{"text": "x", "a": [1 2]}"#,
    #"{"text": "x", "a": [1,]}"#, #"{"text": "x", "a": [}"#, #"{"text": "x", "a": {]}"#, "nonsense",
    #"{"text": "x"}x"#, #"{"text": "x\"}"#, #"{"text": null}"#, #"{"text": {"text": "x"}}"#, "{}",
    "{",
    #"{"text": "x", "": }"#, "\u{0}",
  ])
  func `what is no document is damaged, and named where it stands`(line: String) throws {
    #expect(try read(lines: [line]).faults == ["damaged"])
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl"
      try AtomicFile.replace(path, with: "\n{\"text\": \"good\"}\n\(line)\n")
      let error = #expect(throws: CorpusError.self) { try DataPrepTests.read(path) }
      guard case .badLine(path, 3, let problem) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(!problem.isEmpty)
    }
  }

  @Test func `nesting is bounded, not the stack`() throws {
    func nested(_ depth: Int) -> String {
      let arrays =
        String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
      return #"{"text": "x", "deep": \#(arrays)}"#
    }
    let limit = Int(CRAM_JSON_DEPTH)
    let found = try read(lines: [nested(limit), nested(limit + 1), nested(1_000_000)])
    #expect(found.texts == ["x"])
    #expect(found.faults == ["damaged", "damaged"])
  }

  @Test func `mutated lines are judged as by the package's other parser`() throws {
    let seed =
      #"{"id": "a\u00e9b", "text": "one \"two\" \\ three\n \ud83d\ude00 fin", "n": [-1.5e+3, 0, {"k": [true, null]}], "f": false}"#
    let alphabet = Array(#"{}[]",:\u0123456789abefnrtx.-+E "#.utf8)
    var chance = SeededNumbers(7)
    var lines: [String] = []
    for _ in 0..<20_000 {
      var bytes = Array(seed.utf8)
      for _ in 0...Int.random(in: 0..<3, using: &chance) {
        let place = Int.random(in: 0..<bytes.count, using: &chance)
        switch Int.random(in: 0..<3, using: &chance) {
        case 0: bytes[place] = alphabet.randomElement(using: &chance)!
        case 1: bytes.remove(at: place)
        default: bytes.insert(alphabet.randomElement(using: &chance)!, at: place)
        }
      }
      lines.append(String(decoding: bytes, as: UTF8.self))
    }
    let found = try read(lines: lines)
    let texts = lines.compactMap { line -> String? in
      // Half a surrogate pair is for the reader a fault of its own.
      guard let value = try? JSONValue.parse(Array(line.utf8)) else { return nil }
      return value["text"]?.string
    }
    let legible = texts.filter { !$0.unicodeScalars.contains("\u{FFFD}") }
    #expect(found.texts.filter { !$0.unicodeScalars.contains("\u{FFFD}") } == legible)
    #expect(found.documents.count + found.faults.count == lines.count)
    #expect(legible.count > 2000 && legible.count < 18_000)
  }

  @Test func `other fields can hold text and id`() throws {
    let found = try read(lines: [#"{"content": "a \" b", "text": 1}"#], textField: "content")
    #expect(found.texts == ["a \" b"])
  }

  @Test func `escaping and unescaping give back every text`() {
    var chance = SeededNumbers(3)
    for _ in 0..<2000 {
      let scalars = (0..<Int.random(in: 0..<80, using: &chance)).map { _ in
        [
          UInt32(0x0)...0x7F, 0x20...0x22, 0x5C...0x5C, 0x80...0x7FF, 0x800...0xD7FF,
          0xE000...0xFFFF, 0x10000...0x10FFFF,
        ]
        .randomElement(using: &chance)!.randomElement(using: &chance)!
      }
      let text = String(String.UnicodeScalarView(scalars.map { Unicode.Scalar($0)! }))
      let bytes = Array(text.utf8)
      let escaped = [UInt8](unsafeUninitializedCapacity: 6 * bytes.count + 1) { buffer, count in
        count = cram_json_escape(bytes, bytes.count, buffer.baseAddress)
      }
      let plain = [UInt8](unsafeUninitializedCapacity: escaped.count + 16) { buffer, count in
        count = cram_json_unescape(escaped, escaped.count, buffer.baseAddress)
      }
      #expect(plain == bytes)
      #expect(cram_utf8_count(bytes, bytes.count) == scalars.count)
      let line = "{\"text\": \"" + String(decoding: escaped, as: UTF8.self) + "\"}"
      #expect((try? JSONValue.parse(Array(line.utf8)))?["text"]?.string == text)
    }
  }

  @Test func `UTF-8 is judged as by the standard library`() {
    var chance = SeededNumbers(5)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 1..<40, using: &chance)).map { _ -> UInt8 in
        let pool: [UInt8] = [
          0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5,
        ]
        return Bool.random(using: &chance) ? 0x61 : pool.randomElement(using: &chance)!
      }
      #expect(
        cram_utf8_is_valid(bytes, bytes.count) == (String(validating: bytes, as: UTF8.self) != nil))
    }
  }
}
