import CTextKernels

/// One document of a corpus, as long as its block is in hand.
///
/// The buffers point into the block that the document came with: they are valid inside the closure that got the
/// block, and copied by whoever needs them longer.
public struct Document: @unchecked Sendable {
  /// The text: valid UTF-8, unescaped.
  public let text: UnsafeRawBufferPointer
  /// The line without its end, as it was read; nil for a document of a `.txt`.
  public let rawLine: UnsafeRawBufferPointer?
  /// The id as written, a JSON value; nil where there is none (or null).
  public let rawID: UnsafeRawBufferPointer?
  let rawSource: UnsafeRawBufferPointer?
  let origin: Origin
  /// The line of its file on which it begins, from 1.
  public let line: Int

  /// What all documents of one file in one block share.
  final class Origin: Sendable {
    let file: String
    let textField: String

    init(file: String, textField: String) {
      (self.file, self.textField) = (file, textField)
    }
  }

  /// The file it came from: `-`, the file's name, or its path below the folder that was named.
  public var file: String { origin.file }

  /// Its id, or where it has none `FILE:LINE`.
  public var name: String { documentName(rawID, file: origin.file, line: line) }

  /// The `source` member where it is a string.
  public var source: String? { rawSource.map(plainJSON) }

  /// The number of Unicode code points of the text. One pass over it.
  public var characterCount: Int {
    text.isEmpty
      ? 0 : cram_utf8_count(text.assumingMemoryBound(to: UInt8.self).baseAddress, text.count)
  }

  /// Appends the document as one line of JSON, with every field as it was read.
  public func appendLine(to output: inout [UInt8]) {
    if let rawLine {
      output.append(contentsOf: rawLine)
    } else {
      output.append(contentsOf: "{".utf8)
      appendJSONString(origin.textField, to: &output)
      output.append(contentsOf: ": ".utf8)
      appendJSONString(text, to: &output)
      output.append(contentsOf: "}".utf8)
    }
    output.append(UInt8(ascii: "\n"))
  }
}

/// The id as text, or `FILE:LINE`.
func documentName(_ rawID: UnsafeRawBufferPointer?, file: String, line: Int) -> String {
  rawID.map(plainJSON) ?? "\(file):\(line)"
}

/// What a JSON string stands for, and any other JSON value as it is written. Bad UTF-8 becomes U+FFFD.
func plainJSON(_ raw: UnsafeRawBufferPointer) -> String {
  guard raw.first == UInt8(ascii: "\"") else { return String(decoding: raw, as: UTF8.self) }
  let inside = UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])
  let bytes = [UInt8](unsafeUninitializedCapacity: inside.count + 16) { buffer, count in
    count = cram_json_unescape(
      inside.assumingMemoryBound(to: UInt8.self).baseAddress, inside.count, buffer.baseAddress)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Appends valid UTF-8 as a JSON string with its quotes.
func appendJSONString(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
  let quote = UInt8(ascii: "\"")
  output.append(quote)
  var rest = text
  while !rest.isEmpty {
    // In pieces: the worst case is six times the text.
    let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 16))
    output += [UInt8](unsafeUninitializedCapacity: 6 * piece.count) { buffer, count in
      count = cram_json_escape(
        piece.assumingMemoryBound(to: UInt8.self).baseAddress, piece.count, buffer.baseAddress)
    }
    rest = UnsafeRawBufferPointer(rebasing: rest[piece.count...])
  }
  output.append(quote)
}

/// Appends a string as JSON with its quotes.
func appendJSONString(_ text: String, to output: inout [UInt8]) {
  var text = text
  text.withUTF8 { appendJSONString(UnsafeRawBufferPointer($0), to: &output) }
}
