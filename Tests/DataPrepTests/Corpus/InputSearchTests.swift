import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// Which files the arguments mean, and what their documents are called.
@Suite struct InputSearchTests {
  private func write(_ folder: String, _ names: String...) throws {
    for name in names {
      try Folder.create(Folder.parent(of: folder + "/" + name))
      try AtomicFile.replace(folder + "/" + name, with: "{\"text\": \"\(name)\"}\n")
    }
  }

  @Test func `a folder is read in bytewise order of the paths`() throws {
    try withTemporaryFolder { folder in
      try write(
        folder, "a/c.jsonl.gz", "Z.json.zst", "a-b.ndjson", "a.jsonl", "d.txt", "notes.md", "none",
        "manifest.json", "a/manifest.json", "a/x.tok.zst")
      let corpus = try Corpus(CorpusInputs(paths: [folder]))
      #expect(
        corpus.files.map(\.name) == [
          "Z.json.zst", "a-b.ndjson", "a.jsonl", "a/c.jsonl.gz", "d.txt",
        ])
      #expect(corpus.files.map(\.path) == corpus.files.map { folder + "/" + $0.name })
      #expect(corpus.stamps.map(\.path) == corpus.files.map(\.path))
      #expect(
        try Corpus(CorpusInputs(paths: [folder + "//"])).files.map(\.name)
          == corpus.files.map(\.name))
    }
  }

  @Test func `of a stage's folder only its documents are read`() throws {
    try withTemporaryFolder { folder in
      try write(
        folder, "s/documents-00000.jsonl.zst", "s/dropped.jsonl", "s/report.json", "s/sub/x.jsonl",
        "y.jsonl")
      let corpus = try Corpus(CorpusInputs(paths: [folder]))
      #expect(corpus.files.map(\.name) == ["s/documents-00000.jsonl.zst", "y.jsonl"])
    }
  }

  @Test func `globs are read in bytewise order, a name with a star first as it stands`() throws {
    try withTemporaryFolder { folder in
      try write(folder, "b.jsonl", "B.jsonl", "a.jsonl", "report.json", "x[1].jsonl")
      func names(_ pattern: String) throws -> [String] {
        try Corpus(CorpusInputs(paths: [folder + "/" + pattern])).files.map(\.name)
      }
      #expect(try names("?.jsonl") == ["B.jsonl", "a.jsonl", "b.jsonl"])
      #expect(try names("*") == ["B.jsonl", "a.jsonl", "b.jsonl", "x[1].jsonl"])
      #expect(try names("x[1].jsonl") == ["x[1].jsonl"])
    }
  }

  @Test func `a list of files comes after the arguments`() throws {
    try withTemporaryFolder { folder in
      try write(folder, "a.jsonl", "b c.jsonl", "d/e.jsonl")
      try AtomicFile.replace(folder + "/list", with: "\(folder)/b c.jsonl\n\n\(folder)/d")
      let corpus = try Corpus(
        CorpusInputs(paths: [folder + "/a.jsonl"], filesFrom: folder + "/list"))
      #expect(corpus.files.map(\.name) == ["a.jsonl", "b c.jsonl", "e.jsonl"])
    }
  }

  @Test func `an argument without a file is refused by name`() throws {
    try withTemporaryFolder { folder in
      try Folder.create(folder + "/empty")
      try write(folder, "report.json")
      try AtomicFile.replace(folder + "/list", with: "\n")
      for argument in ["nowhere.jsonl", "empty", "*.gz", "report.json"] {
        let error = #expect(throws: CorpusError.self) {
          try Corpus(CorpusInputs(paths: [folder + "/" + argument]))
        }
        #expect("\(error!)".contains(argument))
      }
      #expect(throws: CorpusError.noInput) { try Corpus(CorpusInputs(paths: [])) }
      #expect(throws: CorpusError.self) {
        try Corpus(CorpusInputs(paths: [], filesFrom: folder + "/list"))
      }
    }
  }

  @Test func `a folder that leads back to itself is read once`() throws {
    try withTemporaryFolder { folder in
      try write(folder, "a/b.jsonl")
      symlink(folder, folder + "/a/loop")
      #expect(try Corpus(CorpusInputs(paths: [folder])).files.map(\.name) == ["a/b.jsonl"])
    }
  }

  @Test func `documents without id are named by file and line`() throws {
    try withTemporaryFolder { folder in
      try Folder.create(folder + "/in/a")
      try AtomicFile.replace(
        folder + "/in/a/b.jsonl", with: "{\"text\": \"1\"}\n\n{\"text\": \"2\"}\n")
      try AtomicFile.replace(folder + "/in/c.jsonl", with: "{\"text\": \"3\"}")
      #expect(try read(folder + "/in").names == ["a/b.jsonl:1", "a/b.jsonl:3", "c.jsonl:1"])
      #expect(try read(folder + "/in/a/b.jsonl").names == ["b.jsonl:1", "b.jsonl:3"])
    }
  }
}
