import CTextKernels

extension Document {
  /// Appends the document as one line of JSON with `text` in the place of its text: every other byte of the line is as it was read.
  ///
  /// Where the line has its text field several times, the last is replaced: the one that was read.
  ///
  /// - Parameter text: valid UTF-8.
  func appendLine(withText text: [UInt8], to output: inout [UInt8]) {
    guard let rawLine else {
      text.withUnsafeBytes { changed in
        Document(
          text: changed, rawLine: nil, rawID: nil, rawSource: nil, origin: origin, line: line
        ).appendLine(to: &output)
      }
      return
    }
    let value = textValue(in: rawLine)
    output.append(contentsOf: rawLine[..<value.lowerBound])
    text.withUnsafeBytes { appendJSONString($0, to: &output) }
    output.append(contentsOf: rawLine[value.upperBound...])
    output.append(UInt8(ascii: "\n"))
  }

  /// Where the line has the text that counts, with its quotes.
  private func textValue(in line: UnsafeRawBufferPointer) -> Range<Int> {
    var name = origin.textField
    return name.withUTF8 { name in
      var name = cram_json_name(bytes: name.baseAddress, length: name.count)
      var field = cram_json_field()
      var facts = cram_json_facts()
      let verdict = cram_json_scan(
        line.assumingMemoryBound(to: UInt8.self).baseAddress, line.count, &name, 1, &field, &facts)
      precondition(
        verdict == CRAM_JSON_OK && field.kind == UInt8(ascii: "\""),
        "line \(self.line) of \(file) was a document and is none")
      return field.start..<field.end
    }
  }
}
