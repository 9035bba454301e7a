import CTextKernels

/// Validates a line as one JSON object and finds the members that documents are made of.
final class LineScanner {
  /// What a line holds.
  enum Verdict {
    case members(Members)
    /// It is a document, but not all of it is Unicode.
    case illegible(id: UnsafeRawBufferPointer?)
    /// It is no document; says what was found and expected.
    case fault(String)
  }

  /// The members of one line, as ranges of its bytes.
  struct Members {
    /// The string's inside, still escaped.
    let rawText: UnsafeRawBufferPointer
    let hasEscapes: Bool
    let id: UnsafeRawBufferPointer?
    let source: UnsafeRawBufferPointer?

    /// The text itself, in the line where it stands plain there, else in `arena`.
    func text(in arena: TextArena) -> UnsafeRawBufferPointer {
      guard hasEscapes else { return rawText }
      return arena.add(limit: rawText.count) { place in
        cram_json_unescape(
          rawText.assumingMemoryBound(to: UInt8.self).baseAddress, rawText.count, place)
      }
    }
  }

  private let textField: String
  private let names: UnsafeMutableBufferPointer<cram_json_name>
  private let fields: UnsafeMutableBufferPointer<cram_json_field>
  private let nameBytes: [UnsafeMutableBufferPointer<UInt8>]

  init(textField: String, idField: String) {
    self.textField = textField
    nameBytes = [textField, idField, "source"].map { name in
      let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: name.utf8.count)
      _ = bytes.initialize(from: name.utf8)
      return bytes
    }
    names = .allocate(capacity: nameBytes.count)
    fields = .allocate(capacity: nameBytes.count)
    _ = names.initialize(
      from: nameBytes.map { cram_json_name(bytes: UnsafePointer($0.baseAddress), length: $0.count) }
    )
    fields.initialize(repeating: cram_json_field())
  }

  deinit {
    names.deallocate()
    fields.deallocate()
    for bytes in nameBytes { bytes.deallocate() }
  }

  /// Scans one line that is not blank.
  func scan(_ line: UnsafeRawBufferPointer) -> Verdict {
    let bytes = line.assumingMemoryBound(to: UInt8.self)
    var facts = cram_json_facts()
    let verdict = cram_json_scan(
      bytes.baseAddress, bytes.count, names.baseAddress, names.count, fields.baseAddress, &facts)
    guard verdict == CRAM_JSON_OK else { return .fault(describe(verdict, at: facts.at, in: line)) }
    let (text, id, source) = (fields[0], fields[1], fields[2])
    guard text.kind == UInt8(ascii: "\"") else { return .fault(describe(text: text)) }
    let rawID = id.kind == 0 || id.kind == UInt8(ascii: "n") ? nil : part(id, of: line)
    guard !facts.has_lone_surrogate,
      !facts.may_have_high || cram_utf8_is_valid(bytes.baseAddress, bytes.count)
    else { return .illegible(id: rawID) }
    return .members(
      Members(
        rawText: UnsafeRawBufferPointer(rebasing: line[(text.start + 1)..<(text.end - 1)]),
        hasEscapes: text.has_escapes, id: rawID,
        source: source.kind == UInt8(ascii: "\"") ? part(source, of: line) : nil))
  }

  private func part(
    _ field: cram_json_field, of line: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: line[field.start..<field.end])
  }

  // MARK: What is wrong

  private func describe(text: cram_json_field) -> String {
    guard text.kind != 0 else { return "no field \"\(textField)\"; expected one with a string" }
    let found =
      switch UInt8(text.kind) {
      case UInt8(ascii: "{"): "an object"
      case UInt8(ascii: "["): "an array"
      case UInt8(ascii: "t"), UInt8(ascii: "f"): "a truth value"
      case UInt8(ascii: "n"): "null"
      default: "a number"
      }
    return "the field \"\(textField)\" is \(found); expected a string"
  }

  private func describe(
    _ verdict: cram_json_verdict, at place: Int, in line: UnsafeRawBufferPointer
  ) -> String {
    let found = place < line.count ? "byte \(place + 1) (\(shown(line[place])))" : "its end"
    let problem =
      switch verdict {
      case CRAM_JSON_NOT_AN_OBJECT:
        "it begins with \(place < line.count ? shown(line[place]) : "nothing"), not with {"
      case CRAM_JSON_ENDS_EARLY: "it ends in the middle"
      case CRAM_JSON_CONTROL_CHARACTER: "\(found) is a control character inside a string"
      case CRAM_JSON_BAD_ESCAPE: "\(found) begins no known escape"
      case CRAM_JSON_BAD_NUMBER: "\(found) does not belong in a number"
      case CRAM_JSON_TOO_DEEP: "\(found) nests deeper than \(CRAM_JSON_DEPTH) levels"
      case CRAM_JSON_MORE_BEHIND: "\(found) stands behind the object"
      default: "\(found) does not belong there"
      }
    return "not a JSON object: \(problem)"
  }

  private func shown(_ byte: UInt8) -> String {
    (0x21..<0x7F).contains(byte)
      ? String(UnicodeScalar(byte))
      : "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
