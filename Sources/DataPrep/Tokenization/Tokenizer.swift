import RingProtocol

/// A WordPiece tokenizer: text to ids and back, id for id what the Python package `tokenizers` gives.
///
/// Immutable, and so shared between threads; what a thread needs for itself is its `Encoder`.
public final class Tokenizer: Sendable {
  /// One more than the highest id, added tokens included.
  public let vocabularySize: Int
  /// The added tokens that are special, such as `<mask>`, by rising id.
  public let specials: [(content: String, id: Int)]
  /// Which special token does what.
  public let roles: SpecialRoles
  package let definition: TokenizerDefinition
  let pipeline: Pipeline
  /// For ASCII text, where the fast way is valid.
  let fastRules: FastRules?
  private let contents: [String]
  private let ids: ByteStringTable
  /// The id of each string of `ids`.
  private let idOfNumber: [Int]

  /// Makes a described tokenizer ready.
  package convenience init(
    _ definition: TokenizerDefinition, name: String = "the vocabulary"
  ) throws(TokenizerError) {
    do throws(DefinitionError) { try self.init(checked: definition) } catch {
      throw error.at(name)
    }
  }

  private init(checked definition: TokenizerDefinition) throws(DefinitionError) {
    let index = try PieceIndex(definition)
    guard let unknown = index.modelID(of: definition.unknown) else {
      throw .malformed(
        part: "model.vocab", found: "no \"\(definition.unknown)\"",
        expected: "the unknown token among the pieces")
    }
    self.definition = definition
    (contents, ids, idOfNumber) = (index.contents, index.table, index.ids)
    vocabularySize = contents.count
    specials = definition.addedTokens.filter(\.isSpecial).sorted { $0.id < $1.id }
      .map { ($0.content, $0.id) }
    roles = SpecialRoles(specials)
    pipeline = Pipeline(
      steps: try definition.normalizer?.steps() ?? [], splitter: definition.splitter,
      model: WordPieceModel(
        pieces: definition.pieces.lazy.map { ($0.content, $0.id) }, prefix: definition.prefix,
        unknown: unknown, longestWord: definition.longestWord),
      addedTokens: definition.addedTokens)
    fastRules = FastRules(
      pipeline, pieces: definition.pieces.lazy.map { ($0.content, $0.id) },
      prefix: definition.prefix, highestID: vocabularySize - 1)
  }

  /// The piece with this id, `""` where no piece has it.
  public func piece(_ id: Int) -> String {
    contents.indices.contains(id) ? contents[id] : ""
  }

  /// The id of exactly this piece or added token, compared byte by byte.
  public func id(of piece: String) -> Int? {
    var piece = piece
    return piece.withUTF8 { ids.find($0) }.map { idOfNumber[$0] }
  }

  /// Something that encodes with this tokenizer, for one thread; it holds 4 MiB, and 4 more once it has met text that is not ASCII.
  public func makeEncoder() -> Encoder {
    Encoder(pipeline, fastRules, isWide: vocabularySize > 1 << 16)
  }

  /// Whether ASCII text has a fast way.
  package var hasFastWay: Bool { fastRules != nil }

  /// The names that `makeEncoder(scanner:)` takes on this processor.
  package static var scanners: [String] { FastWay.scanners }

  /// An encoder whose fast way uses the scanner of this name.
  package func makeEncoder(scanner: String) -> Encoder {
    Encoder(pipeline, fastRules, isWide: vocabularySize > 1 << 16, scanner: scanner)
  }
}

/// The ids of the special tokens that have a job; nil where a tokenizer has none for it.
public struct SpecialRoles: Equatable, Sendable {
  /// Fills up short sequences: `<pad>` or `[PAD]`.
  public var pad: Int?
  /// Stands for what has no pieces: `<unk>` or `[UNK]`.
  public var unk: Int?
  /// Begins a text to be classified: `<cls>` or `[CLS]`.
  public var cls: Int?
  /// Ends a text: `<sep>` or `[SEP]`.
  public var sep: Int?
  /// Hides a token that is to be guessed: `<mask>` or `[MASK]`.
  public var mask: Int?

  init(_ specials: [(content: String, id: Int)]) {
    func id(_ name: String) -> Int? {
      specials.first { $0.content == "<\(name)>" || $0.content == "[\(name.uppercased())]" }?.id
    }
    (pad, unk, cls, sep, mask) = (id("pad"), id("unk"), id("cls"), id("sep"), id("mask"))
  }

  /// The roles there are, by name and in a fixed order, as the manifest of a dataset lists them.
  public var named: [(role: String, id: Int)] {
    [("pad", pad), ("unk", unk), ("cls", cls), ("sep", sep), ("mask", mask)]
      .compactMap { role, id in id.map { (role, $0) } }
  }
}

/// Pieces and added tokens by id and by content.
private struct PieceIndex {
  private(set) var contents: [String] = []
  private(set) var table = ByteStringTable()
  private(set) var ids: [Int] = []
  private var modelCount = 0

  init(_ definition: TokenizerDefinition) throws(DefinitionError) {
    for piece in definition.pieces { try add(piece.content, id: piece.id, part: "model.vocab") }
    modelCount = ids.count
    for token in definition.addedTokens {
      if let known = find(token.content), ids[known] != token.id {
        throw .malformed(
          part: "added_tokens", found: "\"\(token.content)\" with id \(token.id)",
          expected: "its id in the vocabulary, \(ids[known])")
      }
      try add(token.content, id: token.id, part: "added_tokens")
    }
  }

  /// The id of a piece of the model itself.
  func modelID(of content: String) -> Int? {
    find(content).flatMap { $0 < modelCount ? ids[$0] : nil }
  }

  private func find(_ content: String) -> Int? {
    var content = content
    return content.withUTF8 { table.find($0) }
  }

  private mutating func add(_ content: String, id: Int, part: String) throws(DefinitionError) {
    guard (0..<1 << 24).contains(id) else {
      throw .malformed(part: part, found: "id \(id)", expected: "an id below \(1 << 24)")
    }
    var content = content
    let number = content.withUTF8 { table.insert($0) }
    if number == ids.count { ids.append(id) } else { ids[number] = id }
    while contents.count <= id { contents.append("") }
    contents[id] = content
  }
}
