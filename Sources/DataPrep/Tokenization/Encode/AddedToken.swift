import RingProtocol

/// A token that is cut out of the text before anything else is done to it, such as `<mask>`.
package struct AddedToken: Equatable, Sendable {
  package var id: Int
  package var content: String
  /// Only where no word character stands beside it.
  package var isSingleWord = false
  /// Takes the white space before it along.
  package var stripsLeft = false
  /// Takes the white space behind it along.
  package var stripsRight = false
  /// Looked for in the normalized text, in its own normalized form.
  package var isNormalized = false
  package var isSpecial = true

  init(id: Int, content: String) {
    (self.id, self.content) = (id, content)
  }

  init(_ value: JSONValue) throws(DefinitionError) {
    let component = try Component(value, part: "added_tokens")
    try component.allow(
      "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
    id = try component.int("id")
    content = try component.string("content")
    isSingleWord = try component.bool("single_word")
    stripsLeft = try component.bool("lstrip")
    stripsRight = try component.bool("rstrip")
    isNormalized = try component.bool("normalized")
    isSpecial = try component.bool("special")
  }

  var json: JSONValue {
    [
      "id": .int(Int64(id)), "content": .string(content), "single_word": .bool(isSingleWord),
      "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight),
      "normalized": .bool(isNormalized), "special": .bool(isSpecial),
    ]
  }
}
