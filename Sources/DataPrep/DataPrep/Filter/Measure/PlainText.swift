import CTextKernels
import Glibc

/// Looks at the characters of a text: valid UTF-8.
struct PlainText {
  let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  /// The number of code points.
  var characterCount: Int {
    bytes.isEmpty ? 0 : cram_utf8_count(bytes.baseAddress, bytes.count)
  }

  /// A part.
  @inline(__always)
  func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  /// The code points of a part.
  @inline(__always)
  func characterCount(_ range: Range<Int>) -> Int { PlainText(part(range)).characterCount }

  /// Whether `byte` occurs.
  func holds(_ byte: UInt8) -> Bool {
    !bytes.isEmpty && memchr(bytes.baseAddress!, Int32(byte), bytes.count) != nil
  }

  /// The flags of the last character before `end`, which is not the start.
  func flags(before end: Int) -> UInt16 {
    var start = end - 1
    while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    return cram_splitter_flags(ChunkCharacters.decode(bytes.baseAddress! + start).scalar)
  }

  /// The first character in `range` that is no white space; nil where there is none.
  func firstContent(in range: Range<Int>) -> Int? {
    var start = range.lowerBound
    while start < range.upperBound {
      let (scalar, size) = ChunkCharacters.decode(bytes.baseAddress! + start)
      guard Int(cram_splitter_flags(scalar)) & CRAM_SPLITTER_SPACE != 0 else { return start }
      start += size
    }
    return nil
  }

  /// The part of `range` without white space around it; where there is nothing else an empty range at its start.
  func stripped(_ range: Range<Int>) -> Range<Int> {
    guard let start = firstContent(in: range) else { return range.lowerBound..<range.lowerBound }
    var end = range.upperBound
    while Int(flags(before: end)) & CRAM_SPLITTER_SPACE != 0 {
      end -= 1
      while bytes[end] & 0xC0 == 0x80 { end -= 1 }
    }
    return start..<end
  }

  /// Whether there is nothing but white space.
  func isBlank(_ range: Range<Int>) -> Bool { firstContent(in: range) == nil }

  /// The first line feed in `range`.
  @inline(__always)
  func lineFeed(in range: Range<Int>) -> Int? {
    guard !range.isEmpty, let base = bytes.baseAddress else { return nil }
    return memchr(base + range.lowerBound, 0x0A, range.count).map {
      UnsafeRawPointer($0) - UnsafeRawPointer(base)
    }
  }
}
