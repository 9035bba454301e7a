import DataPrep
import RingProtocol
import TestSupport
import Testing

/// The same documents come out of every form in which they are stored.
@Suite struct ReadingTests {
  private static let lines = (0..<40).map { number in
    "{\"id\": \"\(number)\", \"text\": \("document \(number): é😀 \"quoted\"\n".json)}"
  }
  private static let plain = Array((lines.joined(separator: "\n") + "\n").utf8)

  /// Every form of the same 40 documents.
  private static var forms: [(name: String, bytes: [UInt8])] {
    let half = plain.count / 2
    let (first, second) = (Array(plain[..<half]), Array(plain[half...]))
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0] + Array("note".utf8)
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return [
      ("plain", plain), ("no line feed at the end", plain.dropLast()),
      ("CR LF", Array(lines.joined(separator: "\r\n").utf8)),
      ("empty lines", Array((" \t\r\n\n" + lines.joined(separator: "\n\n \n")).utf8)),
      ("byte-order mark", mark + plain), ("byte-order mark, gz", gzip(mark + plain)),
      ("gz", gzip(plain)), ("two members", gzip(first) + gzip(second)),
      ("zero bytes behind gz", gzip(plain) + [0, 0, 0]), ("empty member", gzip([]) + gzip(plain)),
      ("zst", zstd(plain)), ("two frames", zstd(first) + zstd(second)),
      ("skippable frames", skippable + zstd(first) + skippable + zstd(second) + skippable),
      ("long window", zstd(plain, windowLog: 30)), ("empty frame", zstd([]) + zstd(plain)),
      ("lz4", lz4(plain)), ("two lz4 frames", lz4(first) + lz4(second)),
      ("skippable frames, lz4", skippable + skippable + lz4(first) + skippable + lz4(second)),
      ("xz", xz(plain)), ("two xz streams", xz(first) + [0, 0, 0, 0] + xz(second)),
      ("bzip2", bzip2(plain)), ("two bzip2 streams", bzip2(first) + bzip2(second)),
      ("empty streams", xz([]) + xz(plain)), ("empty stream, bzip2", bzip2([]) + bzip2(plain)),
    ]
  }

  /// What each format makes of them, by the name that errors give it.
  private static var compressed: [(format: String, bytes: [UInt8])] {
    [
      ("gzip", gzip(plain)), ("zstd", zstd(plain)), ("lz4", lz4(plain)), ("xz", xz(plain)),
      ("bzip2", bzip2(plain)),
    ]
  }

  @Test func `compression is known by content`() throws {
    try withTemporaryFolder { folder in
      for form in Self.forms {
        try AtomicFile.replace(folder + "/in.jsonl", with: form.bytes)
        let found = try read(folder + "/in.jsonl")
        #expect(found.documents.map(\.line) == Self.lines, "\(form.name)")
        #expect(found.names == (0..<40).map(String.init), "\(form.name)")
      }
    }
  }

  @Test func `data that is cut anywhere is refused`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl"
      for (format, whole) in Self.compressed {
        for count in stride(from: format == "xz" ? 6 : 4, to: whole.count, by: 7) {
          try AtomicFile.replace(path, with: Array(whole[..<count]))
          let error = #expect(throws: CorpusError.self, "\(format), \(count)") { try read(path) }
          #expect(error == .truncated(path: path, format: format), "\(count) of \(whole.count)")
        }
      }
    }
  }

  @Test func `a flipped bit is refused by name, or does not matter`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl"
      for (_, whole) in Self.compressed {
        for place in stride(from: 12, to: whole.count, by: 5) {
          var bytes = whole
          bytes[place] ^= 0x10
          try AtomicFile.replace(path, with: bytes)
          do {
            #expect(try read(path).documents.map(\.line) == Self.lines)
          } catch {
            #expect("\(error)".contains(path))
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("zip", [0x50, 0x4B, 0x03, 0x04] as [UInt8]),
    ("lz4 in its legacy form", [0x02, 0x21, 0x4C, 0x18, 0x60]),
    ("UTF-16 text", [0xFF, 0xFE, 0x7B, 0x00]),
  ])
  func `a format that is not read is refused by its name`(format: String, bytes: [UInt8]) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/in.jsonl", with: bytes)
      let error = #expect(throws: CorpusError.self) { try read(folder + "/in.jsonl") }
      #expect(error == .unsupported(path: folder + "/in.jsonl", format: format))
    }
  }

  @Test func `what follows the last stream is refused`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl"
      for (format, whole) in Self.compressed {
        try AtomicFile.replace(path, with: whole + Array("{\"text\": \"a\"}\n".utf8))
        let error = #expect(throws: CorpusError.self, "\(format)") { try read(path) }
        guard case .damaged(path, format, _)? = error else {
          Issue.record("\(format): \(String(describing: error))")
          continue
        }
      }
      let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0] + Array("note".utf8)
      try AtomicFile.replace(path, with: skippable)
      #expect(try read(path).documents == [])
      for bytes in [skippable + Self.plain, skippable.dropLast(), skippable.dropLast(5)] {
        try AtomicFile.replace(path, with: bytes)
        #expect(throws: CorpusError.self) { try read(path) }
      }
    }
  }

  @Test func `a text may begin with the letters of a mark`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.txt"
      for text in ["BZh", "BZh is no stream", "BZh9 is none"] {
        try AtomicFile.replace(path, with: text)
        #expect(try read(path).texts == [text])
      }
    }
  }

  @Test func `bad text is dropped wherever it stands, by the bytes of its line`() throws {
    try withTemporaryFolder { folder in
      let bad: [[UInt8]] = [
        Array("{\"id\": \"a\", \"text\": \"broken ".utf8) + [0xFF] + Array(" text\"}".utf8),
        Array(#"{"id": "b", "text": "broken \ud83d text"}"#.utf8),
        Array(#"{"text": "fine", "metadata": ["\ude00"]}"#.utf8),
        Array("{\"text\": \"fine\", \"source\": \"".utf8) + [0xED, 0xA0, 0xBD] + Array("\"}".utf8),
      ]
      let good = Array("{\"text\": \"good\"}".utf8)
      let lines = [good, bad[0], bad[1], good, bad[2], bad[3]]
      try AtomicFile.replace(
        folder + "/in.jsonl", with: Array(lines.joined(separator: Array("\r\n".utf8))))
      let found = try read(folder + "/in.jsonl")
      #expect(found.texts == ["good", "good"])
      #expect(found.names == ["in.jsonl:1", "in.jsonl:4"])
      #expect(found.faults == Array(repeating: "invalid-utf8", count: 4))
      #expect(found.faultBytes == bad.reduce(0) { $0 + $1.count })
    }
  }

  @Test func `an error is one line, whatever stands in names`() {
    let error = CorpusError.noColumn(path: "a\nb", column: "c\u{85}", found: ["d\r\u{0}", "é"])
    #expect(
      "\(error)"
        == #"a\nb: no column "c\u{0085}"; it has d\r\0, é; name the text's with --text-field"#)
  }

  @Test func `a line above the limit is refused by its number`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl"
      let long = "{\"text\": \"\(String(repeating: "x", count: 5000))\"}"
      try AtomicFile.replace(path, with: "{\"text\": \"a\"}\n\(long)\n")
      let error = #expect(throws: CorpusError.self) {
        try read(CorpusInputs(paths: [path], lineLimit: 4096))
      }
      #expect(error == .lineTooLong(path: path, line: 2, limit: 4096))
      #expect(
        try read(CorpusInputs(paths: [path], lineLimit: UInt64(long.utf8.count))).texts.count == 2)
    }
  }

  @Test func `a line without an end does not fill the memory`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/in.jsonl.zst"
      let endless = [UInt8](repeating: UInt8(ascii: " "), count: 200 << 20)
      try AtomicFile.replace(path, with: zstd(Array("{\"text\": \"a\"}\n{".utf8) + endless))
      let error = #expect(throws: CorpusError.self) {
        try read(CorpusInputs(paths: [path], lineLimit: 1 << 20))
      }
      #expect(error == .lineTooLong(path: path, line: 2, limit: 1 << 20))
    }
  }

  @Test func `plain text is one document a file, a paragraph or a line`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.txt"
      let text = "\nein Satz\r\nund noch einer: é\n \t\n\n\"ein\" Absatz\n"
      try AtomicFile.replace(path, with: text)
      func found(_ unit: TextDocuments) throws -> ReadCorpus {
        try read(CorpusInputs(paths: [path], textDocuments: unit))
      }
      #expect(try found(.file).texts == [text])
      #expect(try found(.file).names == ["a.txt:1"])
      #expect(try found(.paragraph).texts == ["ein Satz\r\nund noch einer: é", "\"ein\" Absatz"])
      #expect(try found(.paragraph).names == ["a.txt:2", "a.txt:6"])
      #expect(try found(.line).texts == ["ein Satz", "und noch einer: é", "\"ein\" Absatz"])
      #expect(try found(.line).names == ["a.txt:2", "a.txt:3", "a.txt:6"])
      #expect(try found(.line).documents.last?.line == #"{"text": "\"ein\" Absatz"}"#)
      try AtomicFile.replace(path, with: Array("gut\n\nschl".utf8) + [0xE4] + Array("cht\n".utf8))
      #expect(try found(.paragraph).faults == ["invalid-utf8"])
      #expect(try found(.paragraph).texts == ["gut"])
      #expect(try found(.file).faultBytes == 14)
    }
  }

  @Test func `an empty file holds no documents`() throws {
    try withTemporaryFolder { folder in
      for name in ["a.jsonl", "b.txt"] {
        for bytes in [[], [0xEF, 0xBB, 0xBF], Array(" \n\n".utf8)] as [[UInt8]] {
          try AtomicFile.replace(folder + "/" + name, with: bytes)
          #expect(try read(folder + "/" + name).documents == [])
        }
      }
    }
  }
}
