import RingProtocol

extension Template {
  /// Reads `post_processor`.
  init(_ value: JSONValue?) throws(DefinitionError) {
    guard let value else { return }
    let component = try Component(value, part: "post_processor")
    switch component.type {
    case "TemplateProcessing": self = try Self.template(component)
    case "BertProcessing": self = try Self.bert(component)
    default: throw component.unknownType(supported: "TemplateProcessing and BertProcessing")
    }
  }

  private static func template(_ component: Component) throws(DefinitionError) -> Template {
    try component.allow("single", "pair", "special_tokens")
    let specials = try Component(
      component["special_tokens"] ?? [:], part: "post_processor.special_tokens")
    var template = Template()
    template.single = try parts(try component.array("single"), specials)
    template.pair = try parts(try component.array("pair"), specials)
    guard !template.single.contains(where: { if case .text(1, _) = $0 { true } else { false } })
    else {
      throw .malformed(
        part: "post_processor.single", found: "sequence \"B\"", expected: "only \"A\"")
    }
    return template
  }

  private static func parts(
    _ values: [JSONValue], _ specials: Component
  ) throws(DefinitionError) -> [Part] {
    var parts: [Part] = []
    for value in values {
      let component = try Component(value, part: "post_processor")
      try component.allow("SpecialToken", "Sequence")
      let isText = component["Sequence"] != nil
      let inner = try Component(
        component[isText ? "Sequence" : "SpecialToken"] ?? .null, part: "post_processor")
      try inner.allow("id", "type_id")
      parts.append(try isText ? text(inner) : special(inner, specials))
    }
    return parts
  }

  private static func text(_ component: Component) throws(DefinitionError) -> Part {
    let name = try component.string("id")
    guard name == "A" || name == "B" else {
      throw component.failure(found: "sequence \"\(name)\"", expected: "\"A\" or \"B\"")
    }
    return .text(name == "A" ? 0 : 1, typeID: try component.int("type_id", default: 0))
  }

  private static func special(
    _ component: Component, _ specials: Component
  ) throws(DefinitionError) -> Part {
    let name = try component.string("id")
    let token = try Component(
      specials[name] ?? .null, part: "post_processor.special_tokens.\(name)")
    let ids = try token.array("ids").compactMap(\.int).map(Int.init)
    return .special(
      content: name, ids: ids, typeID: try component.int("type_id", default: 0))
  }

  private static func bert(_ component: Component) throws(DefinitionError) -> Template {
    try component.allow("sep", "cls")
    let cls = try marker(component, "cls")
    let sep = try marker(component, "sep")
    var template = Template()
    template.single = [cls(0), .text(0, typeID: 0), sep(0)]
    template.pair = template.single + [.text(1, typeID: 1), sep(1)]
    return template
  }

  private static func marker(
    _ component: Component, _ key: String
  ) throws(DefinitionError) -> (Int) -> Part {
    let pair = try component.array(key)
    guard pair.count == 2, let content = pair[0].string, let id = pair[1].int else {
      throw component.failure(found: "\"\(key)\" of another form", expected: "a token and its id")
    }
    return { .special(content: content, ids: [Int(id)], typeID: $0) }
  }

  /// As tokenizer.json has it.
  var json: JSONValue {
    var tokens: [String: [Int]] = [:]
    for case .special(let content, let ids, _) in single + pair { tokens[content] = ids }
    let members = tokens.sorted { $0.value.lexicographicallyPrecedes($1.value) }.map {
      JSONValue.Member(
        $0.key,
        [
          "id": .string($0.key), "ids": .array($0.value.map { .int(Int64($0)) }),
          "tokens": [.string($0.key)],
        ])
    }
    return [
      "type": "TemplateProcessing", "single": .array(single.map(\.json)),
      "pair": .array(pair.map(\.json)), "special_tokens": .object(members),
    ]
  }
}

extension Template.Part {
  fileprivate var json: JSONValue {
    switch self {
    case .text(let number, let typeID):
      ["Sequence": ["id": .string(number == 0 ? "A" : "B"), "type_id": .int(Int64(typeID))]]
    case .special(let content, _, let typeID):
      ["SpecialToken": ["id": .string(content), "type_id": .int(Int64(typeID))]]
    }
  }
}
