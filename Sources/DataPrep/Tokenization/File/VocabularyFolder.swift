import RingProtocol

/// A folder with vocab.txt and no tokenizer.json: what BERT was published as.
struct VocabularyFolder {
  let path: String

  /// The tokenizer that `transformers` makes of the folder.
  func definition() throws(TokenizerError) -> TokenizerDefinition {
    let contents = try lines()
    let settings = try json("tokenizer_config.json")
    let isListed = settings["added_tokens_decoder"] != nil
    let legacy =
      try isListed ? ([:], [:]) : (json("special_tokens_map.json"), json("added_tokens.json"))
    do throws(DefinitionError) {
      let tokens = try FolderTokens(settings, specials: legacy.0, added: legacy.1)
      return try Self.definition(contents, settings, tokens)
    } catch {
      throw error.at(path)
    }
  }

  private static func definition(
    _ contents: [String], _ settings: JSONValue, _ tokens: FolderTokens
  ) throws(DefinitionError) -> TokenizerDefinition {
    let component = try Component(settings, part: "tokenizer_config.json")
    try checkClass(component)
    let isLowercase = try component.bool("do_lower_case", default: true)
    var definition = TokenizerDefinition(unknown: tokens.unknown.content, splitter: .bert)
    let hasStrip = component["strip_accents"] != nil
    definition.normalizer = .bert(
      cleanText: true,
      spaceChinese: try component.bool("tokenize_chinese_chars", default: true),
      stripAccents: hasStrip ? try component.bool("strip_accents") : nil, lowercase: isLowercase)
    definition.pieces = contents.enumerated().map { .init(content: $1, id: $0) }
    definition.addedTokens = try tokens.numbered(behind: contents)
    definition.template = tokens.template(definition.addedTokens)
    return definition
  }

  /// Classes that make the same tokenizer of a vocab.txt.
  private static let families = [
    "Bert", "DistilBert", "Electra", "MobileBert", "SqueezeBert", "ConvBert", "LayoutLM", "Lxmert",
    "DPRReader", "DPRQuestionEncoder", "DPRContextEncoder",
  ]

  private static func checkClass(_ component: Component) throws(DefinitionError) {
    let name = try component.string("tokenizer_class", default: "BertTokenizer")
    guard families.contains(where: { ["\($0)Tokenizer", "\($0)TokenizerFast"].contains(name) })
    else {
      throw .unsupported(
        part: "tokenizer_class", found: "\"\(name)\" without a tokenizer.json",
        supported: "those of " + families.joined(separator: ", "))
    }
    guard try component.bool("do_basic_tokenize", default: true) else {
      throw .unsupported(part: "do_basic_tokenize", found: "false", supported: "true")
    }
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

  /// A file of the folder, an empty object where there is none.
  private func json(_ name: String) throws(TokenizerError) -> JSONValue {
    let path = "\(path)/\(name)"
    guard Folder.kind(of: path) == .file else { return [:] }
    do throws(FileError) { return try JSONValue.read(path) } catch { throw .unreadable(error) }
  }
}
