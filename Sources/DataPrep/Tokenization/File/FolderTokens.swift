import RingProtocol

/// The added tokens of a folder with vocab.txt: those listed with their ids, those with a role, and further special ones.
///
/// As `transformers` reads them: special_tokens_map.json and added_tokens.json count only where tokenizer_config.json lists no
/// added tokens of its own.
struct FolderTokens {
  private static let roles = [
    ("unk_token", "[UNK]"), ("sep_token", "[SEP]"), ("pad_token", "[PAD]"), ("cls_token", "[CLS]"),
    ("mask_token", "[MASK]"),
  ]

  /// In the order in which they get ids; the ids themselves are 0, or what the folder says.
  private var tokens: [AddedToken] = []
  private var listedCount = 0
  private(set) var unknown = AddedToken(id: 0, content: "")
  private var separator = AddedToken(id: 0, content: "")
  private var beginning = AddedToken(id: 0, content: "")

  init(
    _ settings: JSONValue, specials: JSONValue, added: JSONValue
  ) throws(DefinitionError) {
    let sources = [
      try Component(specials, part: "special_tokens_map.json"),
      try Component(settings, part: "tokenizer_config.json"),
    ]
    let further = try Self.further(sources)
    try list(settings["added_tokens_decoder"])
    var roles: [AddedToken] = []
    for (key, standard) in Self.roles {
      let value = sources.lazy.compactMap { $0[key] }.first ?? .string(standard)
      roles.append(try Self.token(value, part: key))
    }
    try list(added: added, specials: roles + further)
    (unknown, separator, beginning) = (roles[0], roles[1], roles[3])
    listedCount = tokens.count
    for token in roles + further where !tokens.contains(where: { $0.content.isSame(token.content) })
    { tokens.append(token) }
  }

  /// `added_tokens_decoder`: tokens by id.
  private mutating func list(_ value: JSONValue?) throws(DefinitionError) {
    for member in value?.members ?? [] {
      guard let id = Int(member.key) else {
        throw .malformed(
          part: "added_tokens_decoder", found: "\"\(member.key)\"", expected: "an id")
      }
      var token = try Self.token(member.value, part: "added_tokens_decoder", isSpecial: false)
      token.id = id
      tokens.append(token)
    }
    tokens.sort { $0.id < $1.id }
  }

  /// added_tokens.json: ids by token.
  private mutating func list(
    added: JSONValue, specials: [AddedToken]
  ) throws(DefinitionError) {
    for member in try Component(added, part: "added_tokens.json").members {
      guard let id = member.value.int else {
        throw .malformed(
          part: "added_tokens.json", found: "\"\(member.key)\" with \(member.value.brief)",
          expected: "an id")
      }
      var token = AddedToken(id: Int(id), content: member.key)
      token.isSpecial = specials.contains { $0.content.isSame(member.key) }
      token.isNormalized = !token.isSpecial
      tokens.append(token)
    }
    tokens.sort { $0.id < $1.id }
  }

  /// Special tokens without a role, under the names that versions of `transformers` gave them.
  private static func further(_ sources: [Component]) throws(DefinitionError) -> [AddedToken] {
    var found: [AddedToken] = []
    for source in sources {
      for key in ["additional_special_tokens", "extra_special_tokens"] where source[key] != nil {
        for value in try source.array(key) { found.append(try token(value, part: key)) }
      }
    }
    return found
  }

  /// A token written as its content alone, or with its options.
  private static func token(
    _ value: JSONValue, part: String, isSpecial: Bool = true
  ) throws(DefinitionError) -> AddedToken {
    if let content = value.string { return AddedToken(id: 0, content: content) }
    let component = try Component(value, part: part)
    try component.allow(
      "__type", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
    var token = AddedToken(id: 0, content: try component.string("content"))
    token.isSpecial = try component.bool("special", default: isSpecial) || isSpecial
    token.isSingleWord = try component.bool("single_word", default: false)
    token.stripsLeft = try component.bool("lstrip", default: false)
    token.stripsRight = try component.bool("rstrip", default: false)
    token.isNormalized = try component.bool("normalized", default: !token.isSpecial)
    return token
  }

  /// The tokens with their ids: that of the piece with the same content, of equal pieces the last, else the next free one.
  func numbered(behind pieces: [String]) throws(DefinitionError) -> [AddedToken] {
    var next = pieces.count
    var result: [AddedToken] = []
    for (place, token) in tokens.enumerated() {
      var token = token
      let told = token.id
      token.id = pieces.lastIndex { $0.isSame(token.content) } ?? next
      guard place >= listedCount || token.id == told else {
        throw .malformed(
          part: "added tokens", found: "\"\(token.content)\" with id \(told)",
          expected: "id \(token.id)")
      }
      if token.id == next { next += 1 }
      result.append(token)
    }
    return result
  }

  /// `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, with the numbered `tokens`.
  func template(_ tokens: [AddedToken]) -> Template {
    func special(_ role: AddedToken, _ typeID: Int) -> Template.Part {
      let id = tokens.first { $0.content.isSame(role.content) }!.id
      return .special(content: role.content, ids: [id], typeID: typeID)
    }
    var template = Template()
    template.single = [special(beginning, 0), .text(0, typeID: 0), special(separator, 0)]
    template.pair = template.single + [.text(1, typeID: 1), special(separator, 1)]
    return template
  }
}

extension String {
  /// Byte by byte: `==` takes different spellings of a character for the same.
  fileprivate func isSame(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
