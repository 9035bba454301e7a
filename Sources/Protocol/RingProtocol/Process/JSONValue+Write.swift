extension JSONValue {
  /// The value as JSON text: on one line, or indented by two spaces where `pretty`. Numbers that JSON cannot say (NaN, infinities) become `null`.
  public func serialized(pretty: Bool = false) -> String {
    var text = ""
    write(into: &text, indentation: pretty ? 0 : nil)
    return text
  }

  private func write(into text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let truth): text += truth ? "true" : "false"
    case .int(let number): text += String(number)
    case .double(let number): text += number.isFinite ? Self.written(number) : "null"
    case .string(let string): Self.write(string, into: &text)
    case .array(let elements):
      Self.writeList("[", "]", elements, into: &text, indentation: indentation) {
        $0.write(into: &$1, indentation: $2)
      }
    case .object(let members):
      Self.writeList("{", "}", members, into: &text, indentation: indentation) {
        Self.write($0.key, into: &$1)
        $1 += ": "
        $0.value.write(into: &$1, indentation: $2)
      }
    }
  }

  private static func writeList<Element>(
    _ open: String, _ close: String, _ elements: [Element], into text: inout String,
    indentation: Int?, writeElement: (Element, inout String, Int?) -> Void
  ) {
    text += open
    for (number, element) in elements.enumerated() {
      if number > 0 { text += indentation == nil ? ", " : "," }
      if let indentation { text += "\n" + String(repeating: "  ", count: indentation + 1) }
      writeElement(element, &text, indentation.map { $0 + 1 })
    }
    if let indentation, !elements.isEmpty {
      text += "\n" + String(repeating: "  ", count: indentation)
    }
    text += close
  }

  private static func written(_ number: Double) -> String {
    // Swift writes `1e+16`, `1e-05` and `3.0`: all are JSON.
    "\(number)"
  }

  private static func write(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
