import RingProtocol

/// One object of a tokenizer.json while it is read: every key must be known, so that none is ignored.
struct Component {
  /// Where in the file: `"normalizer"`, `"model"`, …
  let part: String
  private let value: JSONValue

  init(_ value: JSONValue, part: String) throws(DefinitionError) {
    (self.part, self.value) = (part, value)
    guard value.members != nil else { throw failure(found: value.brief, expected: "an object") }
  }

  /// The name of its kind, nil where the file has none.
  var type: String? { value["type"]?.string }

  func failure(found: String, expected: String) -> DefinitionError {
    .malformed(part: part, found: found, expected: expected)
  }

  /// Refuses a kind that is not built here.
  func unknownType(supported: String) -> DefinitionError {
    let name = type.map { "\"\($0)\"" } ?? "without a type"
    return .unsupported(part: part, found: name, supported: supported)
  }

  /// Refuses keys other than `known` and `type`.
  func allow(_ known: String...) throws(DefinitionError) {
    for member in members where member.key != "type" && !known.contains(member.key) {
      let names = known.isEmpty ? "no option" : known.joined(separator: ", ")
      throw .unsupported(part: part, found: "option \"\(member.key)\"", supported: names)
    }
  }

  /// Everything in it.
  var members: [JSONValue.Member] { value.members ?? [] }

  /// The value of `key`, nil where it is missing or null.
  subscript(key: String) -> JSONValue? {
    let found = value[key]
    return found == .null ? nil : found
  }

  func bool(_ key: String, default standard: Bool? = nil) throws(DefinitionError) -> Bool {
    if let found = self[key] { return try checked(found.bool, found, key, "true or false") }
    return try checked(standard, .null, key, "true or false")
  }

  func int(_ key: String, default standard: Int? = nil) throws(DefinitionError) -> Int {
    if let found = self[key] { return try checked(found.int.map(Int.init), found, key, "a number") }
    return try checked(standard, .null, key, "a number")
  }

  func string(_ key: String, default standard: String? = nil) throws(DefinitionError) -> String {
    if let found = self[key] { return try checked(found.string, found, key, "a text") }
    return try checked(standard, .null, key, "a text")
  }

  func array(_ key: String) throws(DefinitionError) -> [JSONValue] {
    try checked(self[key]?.array, self[key] ?? .null, key, "a list")
  }

  private func checked<Value>(
    _ value: Value?, _ found: JSONValue, _ key: String, _ expected: String
  ) throws(DefinitionError) -> Value {
    guard let value else {
      let part = "\(part).\(key)"
      throw .malformed(part: part, found: found.brief, expected: expected)
    }
    return value
  }
}

extension JSONValue {
  /// The value for a message: short, whatever it holds.
  var brief: String {
    switch self {
    case .null: "nothing"
    case .bool(let truth): "\(truth)"
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): "\"\(text.prefix(40))\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}
