import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Rows of Parquet files that pyarrow wrote (scripts/golden-parquet).
@Suite struct ParquetTests {
  static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Golden/parquet"

  /// The files of a folder, in the order of their names.
  static func files(_ name: String) throws -> [String] {
    try Folder.entries(of: folder + "/" + name).filter { $0.hasSuffix(".parquet") }.sorted().map {
      "\(folder)/\(name)/\($0)"
    }
  }

  static func lines(_ name: String) throws -> [String] {
    String(decoding: try InputFile.bytes(of: "\(folder)/\(name)/rows.jsonl"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  @Test(arguments: ["rows", "types", "int96", "hadoop"])
  func `rows are read as JSON writes them, however they are stored`(folder: String) throws {
    let expected = try Self.lines(folder)
    for file in try Self.files(folder) {
      #expect(try read(file).documents.map(\.line) == expected, "\(file)")
    }
  }

  @Test func `a row is called by its number`() throws {
    let files = try Self.files("rows").filter { $0.contains("row-groups") }
    let found = try read(CorpusInputs(paths: files, idField: "none"))
    #expect(found.names == (1...40).map { "row-groups.parquet:\($0)" })
  }

  @Test func `Parquet is known by content and read out of every compression`() throws {
    let expected = try Self.lines("rows")
    let bytes = try InputFile.bytes(of: Self.folder + "/rows/small-pages.parquet")
    try withTemporaryFolder { folder in
      for (name, content) in [
        ("a.jsonl", bytes), ("a.parquet.gz", gzip(bytes)), ("a.parquet.zst", zstd(bytes)),
        ("a.parquet.xz", xz(bytes)), ("a.parquet.lz4", lz4(bytes)), ("a.parquet.bz2", bzip2(bytes)),
      ] {
        try AtomicFile.replace("\(folder)/\(name)", with: content)
        #expect(try read("\(folder)/\(name)").documents.map(\.line) == expected, "\(name)")
      }
      #expect(try read(folder).documents.count == 6 * expected.count)
    }
  }

  @Test(arguments: [
    ("list", #"the column "tags" is nested"#), ("structure", #"the column "metadata" is nested"#),
    ("bytes", #"the column "image" is of bytes without a meaning"#),
    ("decimal", #"the column "price" is a decimal number"#),
    ("brotli", #"the column "text" is compressed with Brotli"#),
    ("no-text", #"no column "text"; it has content, id; name the text's with --text-field"#),
    ("number-as-text", #":1: the field "text" is a number"#),
    ("null-as-text", #":1: the field "text" is null"#),
  ])
  func `what is not read is refused by its column`(name: String, message: String) throws {
    let path = "\(Self.folder)/refused/\(name).parquet"
    let error = try #require(throws: CorpusError.self) { try read(path) }
    #expect("\(error)".hasPrefix(path))
    #expect("\(error)".contains(message), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test func `bytes without annotation are text where the text is looked for`() throws {
    let path = Self.folder + "/refused/bytes.parquet"
    let found = try read(CorpusInputs(paths: [path], textField: "image", idField: "text"))
    #expect(found.faults == ["invalid-utf8"])
  }

  @Test func `what only looks like Parquet is refused by name`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.parquet"
      let whole = try InputFile.bytes(of: Self.folder + "/rows/snappy.parquet")
      let mark = Array("PAR1".utf8)
      for bytes in [
        mark, mark + mark, mark + [255, 255, 255, 127] + mark, mark + [0, 0, 0, 0] + mark,
        Array("{\"text\": \"a\"}\n".utf8), mark + [21, 4, 25, 1, 0, 0, 0] + mark,
        Array(whole.dropLast()), Array(whole.dropLast(9)), mark + whole.dropFirst(300),
      ] {
        try AtomicFile.replace(path, with: bytes)
        let error = #expect(throws: CorpusError.self, "\(bytes.prefix(20))") { try read(path) }
        #expect("\(error as Any)".contains(path))
      }
      try AtomicFile.replace(path, with: [])
      #expect(try read(path).documents == [])
    }
  }

  @Test func `a row above the limit for lines is refused by its number`() throws {
    let path = Self.folder + "/rows/plain.parquet"
    let error = #expect(throws: CorpusError.self) {
      try read(CorpusInputs(paths: [path], lineLimit: 500))
    }
    #expect(error == .lineTooLong(path: path, line: 9, limit: 500))
  }
}
