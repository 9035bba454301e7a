import RingProtocol
import Testing
import Tokenization

@Suite struct EncodingTests {
  @Test(arguments: NormalizerPreset.allCases)
  func `hard texts have the ids of the reference`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    #expect(golden.cases.count > 40)
    let encoder = golden.tokenizer.makeEncoder()
    for each in golden.cases {
      #expect(encoder.encode(each.text) == each.ids, "\(each.text.debugDescription)")
    }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `what was encoded before changes nothing`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    let encoder = golden.tokenizer.makeEncoder()
    for each in golden.cases + golden.cases.reversed() {
      #expect(encoder.encode(each.text) == each.ids, "\(each.text.debugDescription)")
    }
    let all = golden.cases.map(\.text).joined(separator: "\n")
    #expect(encoder.encode(all) == golden.cases.flatMap(\.ids))
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `counting gives the number of ids`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    let encoder = golden.tokenizer.makeEncoder()
    for each in golden.cases {
      var text = each.text
      #expect(text.withUTF8 { encoder.count($0) } == each.ids.count)
    }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `special tokens are added as the template says`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    for each in golden.cases {
      #expect(golden.tokenizer.encodeWithSpecials(each.text) == each.specials)
      #expect(golden.tokenizer.encodeWithSpecials(each.text, "the people") == each.pair)
    }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `ids are decoded as the reference does`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    for each in golden.cases { #expect(golden.tokenizer.decode(each.ids) == each.decoded) }
    #expect(golden.tokenizer.decode([2, 3], skippingSpecials: true) == "")
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `spans go forward and lie on characters`(preset: NormalizerPreset) throws {
    let golden = try GoldenTokenizer(preset)
    for each in golden.cases {
      let spans = golden.tokenizer.spans(of: each.text)
      #expect(spans.map(\.id) == each.ids)
      if let expected = each.spans { #expect(spans.map { [$0.start, $0.end] } == expected) }
      let bytes = Array(each.text.utf8)
      for span in spans {
        #expect(span.piece == golden.tokenizer.piece(span.id))
        #expect(span.start < span.end && span.end <= bytes.count)
        #expect(String(validating: bytes[span.start..<span.end], as: UTF8.self) != nil)
      }
      for (one, next) in zip(spans, spans.dropFirst()) {
        // Pieces can share a character: 1½ becomes 11/2, of which 11 is a piece.
        #expect(one.start <= next.start && one.end <= next.end)
      }
    }
  }

  @Test func `chunks at the very end of memory are read no further`() throws {
    let encoder = try GoldenTokenizer(.cram).tokenizer.makeEncoder()
    for length in 0...40 {
      let text = String(repeating: "people ", count: 6).prefix(length)
      let exact = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: length)
      defer { exact.deallocate() }
      _ = exact.initialize(from: text.utf8)
      var ids: [UInt32] = []
      encoder.encode(UnsafeBufferPointer(exact), into: &ids)
      #expect(ids.map(Int.init) == encoder.encode(String(text)))
    }
  }

  @Test func `ill-formed bytes count as replacement characters`() throws {
    let tokenizer = try GoldenTokenizer(.bertUncased).tokenizer
    let encoder = tokenizer.makeEncoder()
    let bytes: [UInt8] = [0x61, 0xFF, 0x62, 0x20, 0xE4, 0xB8, 0x63, 0xF0, 0x90, 0x80]
    var ids: [UInt32] = []
    bytes.withUnsafeBufferPointer { encoder.encode($0, into: &ids) }
    #expect(ids.map(Int.init) == encoder.encode(String(decoding: bytes, as: UTF8.self)))
  }

  @Test func `pieces are told apart byte by byte`() throws {
    let tokenizer = try GoldenTokenizer(.bertCased).tokenizer
    #expect(tokenizer.id(of: "é") != nil)
    #expect(tokenizer.id(of: "e\u{301}") == nil)
    for id in 0..<tokenizer.vocabularySize { #expect(tokenizer.id(of: tokenizer.piece(id)) == id) }
    #expect(tokenizer.piece(-1) == "" && tokenizer.piece(700) == "")
  }

  @Test func `the special tokens have their roles`() throws {
    let tokenizer = try GoldenTokenizer(.cram).tokenizer
    #expect(tokenizer.roles.named.map(\.role) == ["pad", "unk", "cls", "sep", "mask"])
    #expect(tokenizer.roles.named.map(\.id) == [0, 1, 2, 3, 4])
    #expect(tokenizer.specials.map(\.content) == VocabularyRecipe.specials)
    #expect(tokenizer.vocabularySize == 600)
  }
}
