import RingProtocol
import Tokenization

/// What scripts/golden-tokenization laid down for one normalizer.
struct GoldenTokenizer {
  static let folder =
    #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    + "/Golden/tokenization"

  /// One text and what `tokenizers` makes of it.
  struct Case {
    let text: String
    let ids: [Int]
    let decoded: String
    let specials: [Int]
    let pair: [Int]
    let spans: [[Int]]?
  }

  let path: String
  let tokenizer: Tokenizer
  let cases: [Case]

  init(_ preset: NormalizerPreset) throws {
    path = "\(Self.folder)/\(preset.rawValue).json"
    tokenizer = try Tokenizer.load(path)
    let file = try JSONValue.read("\(Self.folder)/\(preset.rawValue).expected.json")
    cases = try (file.array ?? []).map { try Self.read($0) }
  }

  /// The paragraphs of the golden text.
  static func paragraphs() throws -> [String] {
    let text = String(decoding: try InputFile.bytes(of: "\(folder)/text.txt"), as: UTF8.self)
    return text.utf8.split(separator: 0x0A).map { String(Substring($0)) }
  }

  private static func read(_ value: JSONValue) throws -> Case {
    func numbers(_ value: JSONValue?) -> [Int] {
      (value?.array ?? []).compactMap(\.int).map(Int.init)
    }
    return Case(
      text: value["text"]?.string ?? "", ids: numbers(value["ids"]),
      decoded: value["decoded"]?.string ?? "", specials: numbers(value["specials"]),
      pair: numbers(value["pair"]), spans: value["spans"]?.array?.map(numbers))
  }
}

extension NormalizerPreset {
  /// The size of the golden vocabulary with this normalizer.
  var goldenSize: Int { self == .bertCased ? 700 : 600 }
}
