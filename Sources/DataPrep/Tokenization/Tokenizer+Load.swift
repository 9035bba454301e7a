import RingProtocol

extension Tokenizer {
  /// Loads a tokenizer.json, or a folder with one, or with vocab.txt and tokenizer_config.json.
  ///
  /// Nothing in the files is ignored: what would change ids and is not built here is refused by name.
  public static func load(_ path: String) throws(TokenizerError) -> Tokenizer {
    guard Folder.kind(of: path) == .folder else { return try read(path) }
    let file = "\(path)/tokenizer.json"
    if Folder.kind(of: file) == .file { return try read(file) }
    guard Folder.kind(of: "\(path)/vocab.txt") == .file else { throw .notATokenizer(path: path) }
    return try Tokenizer(VocabularyFolder(path: path).definition(), name: path)
  }

  private static func read(_ path: String) throws(TokenizerError) -> Tokenizer {
    let value: JSONValue
    do throws(FileError) { value = try JSONValue.read(path) } catch { throw .unreadable(error) }
    let definition: TokenizerDefinition
    do throws(DefinitionError) { definition = try TokenizerDefinition(json: value) } catch {
      throw error.at(path)
    }
    return try Tokenizer(definition, name: path)
  }
}
