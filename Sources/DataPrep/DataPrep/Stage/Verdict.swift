import CTextKernels
import Glibc
import RingProtocol

/// Why a document is dropped: counted in the report, told in the file of the dropped.
public struct Verdict: Sendable, Equatable {
  /// The reason's name in reports.
  public var reason: String
  /// The figure that decided, where there is one.
  public var value: JSONValue
  /// The name of the document that stays in its place.
  public var copyOf: String?

  public init(_ reason: String, value: JSONValue = .null, copyOf: String? = nil) {
    (self.reason, self.value, self.copyOf) = (reason, value, copyOf)
  }

  /// `{"id", "reason", "value", "copy_of"}`.
  private func json(name: String) -> JSONValue {
    [
      "id": .string(name), "reason": .string(reason), "value": value,
      "copy_of": copyOf.map(JSONValue.string) ?? .null,
    ]
  }

  /// Appends the line of a dropped document: all its fields, and `dropped`.
  func appendLine(of document: Document, to output: inout [UInt8]) {
    var object: [UInt8] = []
    document.appendLine(to: &object)
    object.removeLast()
    append(object, name: document.name, to: &output)
  }

  /// Appends the line of a faulty line: what is legible of it, and `dropped`.
  static func appendLine(of fault: FaultyLine, to output: inout [UInt8]) {
    var object: [UInt8] = []
    fault.appendObject(to: &object)
    Verdict(fault.reason.rawValue).append(object, name: fault.name, to: &output)
  }

  /// Appends `object`, one valid JSON object with at least one member, with the member `dropped` as its last.
  private func append(_ object: [UInt8], name: String, to output: inout [UInt8]) {
    let object = Self.withoutDropped(object)
    let end = object.lastIndex(of: UInt8(ascii: "}")) ?? object.endIndex
    output += object[..<end]
    output += Array(", \"dropped\": ".utf8)
    output += Array(json(name: name).serialized().utf8)
    output += Array("}\n".utf8)
  }

  /// A document may come from an earlier file of the dropped: what that said gives way, so that no key stands twice.
  private static func withoutDropped(_ object: [UInt8]) -> [UInt8] {
    var object = object
    let name = Array("dropped".utf8)
    while true {
      var field = cram_json_field()
      var facts = cram_json_facts()
      let verdict = name.withUnsafeBufferPointer { bytes in
        var name = cram_json_name(bytes: bytes.baseAddress, length: bytes.count)
        return cram_json_scan(object, object.count, &name, 1, &field, &facts)
      }
      guard verdict == CRAM_JSON_OK, field.kind != 0 else { return object }
      object.removeSubrange(member(field, in: object))
    }
  }

  /// The bytes of a member with the comma that parts it from its neighbour.
  private static func member(_ field: cram_json_field, in object: [UInt8]) -> Range<Int> {
    let comma = UInt8(ascii: ",")
    if let before = object[..<field.key].lastIndex(where: { !isSpace($0) }), object[before] == comma
    {
      return before..<field.end
    }
    if let after = object[field.end...].firstIndex(where: { !isSpace($0) }), object[after] == comma
    {
      return field.key..<(after + 1)
    }
    return field.key..<field.end
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }
}
