import RingProtocol

/// A folder with vocab.txt and no tokenizer.json: what BERT was published as.
struct VocabularyFolder {
  let path: String

  /// The tokenizer that `transformers` makes of the folder.
  func definition() throws(TokenizerError) -> TokenizerDefinition {
    let contents = try lines()
    let settings = try self.settings()
    do throws(DefinitionError) { return try Self.definition(contents, settings) } catch {
      throw error.at("\(path)/tokenizer_config.json")
    }
  }

  private static func definition(
    _ contents: [String], _ settings: JSONValue
  ) throws(DefinitionError) -> TokenizerDefinition {
    let component = try Component(settings, part: "settings")
    try checkClass(component)
    let isLowercase = try component.bool("do_lower_case", default: true)
    let names = try specialNames(component)
    var definition = TokenizerDefinition(unknown: names.unk, splitter: .bert)
    let hasStrip = component["strip_accents"] != nil
    definition.normalizer = .bert(
      cleanText: true,
      spaceChinese: try component.bool("tokenize_chinese_chars", default: true),
      stripAccents: hasStrip ? try component.bool("strip_accents") : nil, lowercase: isLowercase)
    definition.pieces = contents.enumerated().map { .init(content: $1, id: $0) }
    try addSpecials(names, to: &definition)
    return definition
  }

  private static func checkClass(_ component: Component) throws(DefinitionError) {
    let known = ["BertTokenizer", "BertTokenizerFast"]
    let name = try component.string("tokenizer_class", default: known[0])
    guard known.contains(name) else {
      throw .unsupported(
        part: "tokenizer_class", found: "\"\(name)\" without a tokenizer.json",
        supported: known.joined(separator: " and "))
    }
    guard try component.bool("do_basic_tokenize", default: true) else {
      throw .unsupported(part: "do_basic_tokenize", found: "false", supported: "true")
    }
  }

  private struct SpecialNames {
    var (pad, unk, cls, sep, mask) = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
  }

  private static func specialNames(_ component: Component) throws(DefinitionError) -> SpecialNames {
    func name(_ key: String, _ standard: String) throws(DefinitionError) -> String {
      if let content = component[key]?["content"]?.string { return content }
      return try component.string(key, default: standard)
    }
    var names = SpecialNames()
    names.pad = try name("pad_token", names.pad)
    names.unk = try name("unk_token", names.unk)
    names.cls = try name("cls_token", names.cls)
    names.sep = try name("sep_token", names.sep)
    names.mask = try name("mask_token", names.mask)
    return names
  }

  private static func addSpecials(
    _ names: SpecialNames, to definition: inout TokenizerDefinition
  ) throws(DefinitionError) {
    func id(_ content: String) throws(DefinitionError) -> Int {
      // Bytes, not characters: equal ids only for equal bytes; of equal lines the last counts.
      guard
        let piece = definition.pieces.last(where: { $0.content.utf8.elementsEqual(content.utf8) })
      else {
        throw .malformed(
          part: "vocab.txt", found: "no \"\(content)\"", expected: "all special tokens")
      }
      return piece.id
    }
    for content in [names.pad, names.unk, names.cls, names.sep, names.mask] {
      definition.addedTokens.append(AddedToken(id: try id(content), content: content))
    }
    let cls = Template.Part.special(content: names.cls, ids: [try id(names.cls)], typeID: 0)
    let sep = Template.Part.special(content: names.sep, ids: [try id(names.sep)], typeID: 0)
    let last = Template.Part.special(content: names.sep, ids: [try id(names.sep)], typeID: 1)
    definition.template.single = [cls, .text(0, typeID: 0), sep]
    definition.template.pair = [cls, .text(0, typeID: 0), sep, .text(1, typeID: 1), last]
  }

  /// The pieces: a line each, its number the id, white space at its end dropped.
  private func lines() throws(TokenizerError) -> [String] {
    let path = "\(path)/vocab.txt"
    do throws(FileError) {
      let bytes = try InputFile.bytes(of: path)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw FileError("read", path, detail: "it is not UTF-8; save it again")
      }
      var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      if lines.last?.isEmpty == true { lines.removeLast() }
      return lines.map { Self.trimmed($0) }
    } catch {
      throw .unreadable(error)
    }
  }

  private static func trimmed(_ line: Substring.UTF8View) -> String {
    var scalars = String(Substring(line)).unicodeScalars
    while let last = scalars.last, CharacterTable.isSpace(last.value) { scalars.removeLast() }
    return String(scalars)
  }

  private func settings() throws(TokenizerError) -> JSONValue {
    let path = "\(path)/tokenizer_config.json"
    guard Folder.kind(of: path) == .file else { return [:] }
    do throws(FileError) { return try JSONValue.read(path) } catch { throw .unreadable(error) }
  }
}
