import Testing
import Tokenization

/// The fast way is judged by the obvious one, which `spans` goes.
@Suite struct FastWayTests {
  static let scanners = Tokenizer.scanners

  @Test(arguments: NormalizerPreset.allCases, scanners)
  func `random texts have the ids of the obvious way`(
    preset: NormalizerPreset, scanner: String
  ) throws {
    let tokenizer = try GoldenTokenizer(preset).tokenizer
    #expect(tokenizer.hasFastWay)
    let encoder = tokenizer.makeEncoder(scanner: scanner)
    var chance = Chance(seed: 5)
    for _ in 0..<600 {
      let text = chance.text(parts: 60)
      let expected = tokenizer.spans(of: text).map(\.id)
      #expect(encoder.encode(text) == expected, "\(text.debugDescription)")
      #expect(encoder.encode(text) == expected, "warm: \(text.debugDescription)")
    }
  }

  @Test(arguments: NormalizerPreset.allCases)
  func `long texts are cut nowhere else`(preset: NormalizerPreset) throws {
    let tokenizer = try GoldenTokenizer(preset).tokenizer
    let encoder = tokenizer.makeEncoder()
    var chance = Chance(seed: 6)
    for _ in 0..<6 {
      let text = chance.text(parts: 4000)
      #expect(encoder.encode(text) == tokenizer.spans(of: text).map(\.id))
    }
  }

  @Test func `words longer than a window go another way`() throws {
    let tokenizer = try GoldenTokenizer(.cram).tokenizer
    let encoder = tokenizer.makeEncoder()
    for length in [4094, 4095, 4096, 4097, 4111, 4112, 4113, 8192, 10_000] {
      for unit in ["a", "ab-", "people "] {
        let text = String(String(repeating: unit, count: length).prefix(length))
        #expect(encoder.encode(text) == tokenizer.spans(of: text).map(\.id), "\(length) \(unit)")
        #expect(encoder.encode(text + " é") == tokenizer.spans(of: text + " é").map(\.id))
      }
    }
  }

  @Test func `a table that overflows forgets, and gives the same ids`() throws {
    let tokenizer = try GoldenTokenizer(.bertCased).tokenizer
    let encoder = tokenizer.makeEncoder()
    let words = (0..<150_000).map { String(($0 &* 7919) % 1_000_003, radix: 36) }
    let text = words.joined(separator: " ")
    let first = encoder.encode(text)
    #expect(first == encoder.encode(text))
    let some = words[..<2000].joined(separator: " ")
    let expected = tokenizer.spans(of: some).map(\.id)
    #expect(Array(first.prefix(expected.count)) == expected)
  }

  @Test(arguments: scanners)
  func `ids of more than 16 bits come whole`(scanner: String) throws {
    let letters = (0..<70_000).map { String($0, radix: 26) }
    var definition = try GoldenTokenizer(.paper).tokenizer.definition
    (definition.unknown, definition.addedTokens) = ("?", [])
    definition.pieces = (["?"] + letters).enumerated().map { .init(content: $1, id: $0) }
    let tokenizer = try Tokenizer(definition)
    let text = letters.suffix(3000).joined(separator: " ") + " unknown 0"
    let ids = tokenizer.makeEncoder(scanner: scanner).encode(text)
    #expect(ids == Array(67_001...70_000) + [0, 1])
  }

  @Test func `texts without end in memory are read no further than they go`() throws {
    let encoder = try GoldenTokenizer(.paper).tokenizer.makeEncoder()
    var chance = Chance(seed: 7)
    let whole = Array(chance.text(parts: 800).utf8.filter { $0 < 0x80 })
    for length in stride(from: 4040, to: 4180, by: 1) {
      let exact = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: length)
      defer { exact.deallocate() }
      _ = exact.initialize(from: whole.prefix(length))
      var ids: [UInt32] = []
      encoder.encode(UnsafeBufferPointer(exact), into: &ids)
      #expect(
        ids.map(Int.init) == encoder.encode(String(decoding: whole.prefix(length), as: UTF8.self)))
    }
  }
}

/// Numbers, and texts of everything that the fast way meets, decided by a seed.
struct Chance {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }

  private static let common = [
    "the", "The", "PEOPLE", "people", "states", "and", "of", "right", "x", "Declaration", "42",
    "1,234.5",
    "a_b", "unalienable", "Representation", "Massachusetts", "don't", "''", "``", "'''", "...",
    "--", "#", "##ing",
    "<mask>", "<sep>x", "a<cls>", "<mas", "<", "<unk", "[SEP]", "\"", "`", "'", "$5", "&amp;", "é",
    "naïve",
    "“q”", "—", "中", "\u{AD}", "e\u{301}", "ß", "\u{0}", "\u{1}", "\u{7F}", "\u{B}", "\u{C}",
    "\u{1C}", "\u{85}",
    "\u{A0}", "\u{3000}", "\u{FFFD}", "🙂", "½", "ﬁ", "İ",
  ]
  private static let spaces = [" ", " ", " ", " ", "\n", "\t", "\r\n", "  ", "\n\n", ""]

  mutating func text(parts: Int) -> String {
    var text = ""
    for _ in 0..<below(parts) + 1 {
      text += part()
      text += Self.spaces[below(Self.spaces.count)]
    }
    return text
  }

  private mutating func part() -> String {
    switch below(12) {
    case 0: return character()
    case 1: return (0..<below(40)).map { _ in character() }.joined()
    case 2: return String(repeating: "ab", count: below(60))
    case 3: return (0..<below(24)).map { _ in letter() }.joined()
    default: return Self.common[below(Self.common.count)]
    }
  }

  private mutating func letter() -> String {
    String(UnicodeScalar(UInt8(0x61 + below(26) - (below(4) == 0 ? 0x20 : 0))))
  }

  private mutating func character() -> String { String(UnicodeScalar(UInt8(below(128)))) }
}
