import CTextKernels

/// Marks of citations in the manner of encyclopedias: `[12]`, `[]`, `[edit]`, `[citation needed]`.
enum Citations {
  private static let words = ["edit]", "citation needed]"].map { Array($0.utf8) }

  /// `line` without them; nil where it has none.
  static func removed(from line: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard PlainText(line).holds(UInt8(ascii: "[")) else { return nil }
    var (result, at): ([UInt8], Int) = ([], 0)
    while at < line.count {
      if line[at] == UInt8(ascii: "["), let end = end(of: line, at + 1) {
        at = end
      } else {
        result.append(line[at])
        at += 1
      }
    }
    return result.count == line.count ? nil : result
  }

  /// Behind the citation whose bracket stands before `start`.
  private static func end(of line: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    for word in words where line[start...].starts(with: word) { return start + word.count }
    var at = start
    while at < line.count {
      let (scalar, size) = ChunkCharacters.decode(line.baseAddress! + at)
      guard Int(cram_splitter_flags(scalar)) & CRAM_SPLITTER_DECIMAL != 0 else { break }
      at += size
    }
    return at < line.count && line[at] == UInt8(ascii: "]") ? at + 1 : nil
  }
}
