import CTextKernels

/// A line that was read but is no document: dropped by every verb, counted, never silent.
public struct FaultyLine: @unchecked Sendable {
  /// Why it is dropped.
  public enum Reason: String, Sendable {
    /// Bytes that are not UTF-8, or half a surrogate pair, somewhere in the line.
    case invalidUTF8 = "invalid-utf8"
    /// Not a JSON object with the text field (only with `skipDamaged`).
    case damaged
  }

  public let reason: Reason
  /// The line without its end; of a `.txt` the bytes of the document.
  public let raw: UnsafeRawBufferPointer
  /// How many documents of the block stand before it.
  public let position: Int
  let rawID: UnsafeRawBufferPointer?
  let isJSON: Bool
  let origin: Document.Origin
  let line: Int

  /// Its id where it has a legible one, else `FILE:LINE`.
  public var name: String { documentName(rawID, file: origin.file, line: line) }

  /// The object that goes to the file of the dropped, without a line feed: U+FFFD stands for what was illegible.
  func appendObject(to output: inout [UInt8]) {
    let legible = Array(String(decoding: raw, as: UTF8.self).utf8)
    guard isJSON else {
      output.append(UInt8(ascii: "{"))
      appendJSONString(origin.textField, to: &output)
      output.append(contentsOf: ": ".utf8)
      legible.withUnsafeBytes { appendJSONString($0, to: &output) }
      output.append(UInt8(ascii: "}"))
      return
    }
    var object = legible
    object.withUnsafeMutableBufferPointer {
      cram_json_replace_lone_surrogates($0.baseAddress, $0.count)
    }
    output.append(contentsOf: object)
  }
}
