import DataPrep
import Glibc
import RingProtocol
import TestSupport
import Testing

/// When a stage works, when it has nothing to do, and when it refuses.
@Suite struct StageCommandTests {
  private let lines = [#"{"text": "one"}"#, #"{"text": "two"}"#, #"{"text": "one"}"#]

  @Test func `a finished result is left alone, others are refused unless overwritten`() throws {
    try withTemporaryFolder { folder in
      let inputs = CorpusInputs(paths: [try writeLines(lines, in: folder)])
      let output = folder + "/out"
      #expect(try deduplicate(inputs, to: output).report().output.documents == 2)
      let report = try InputFile.bytes(of: output + "/report.json")
      let dropped = folder + "/dropped.jsonl"
      #expect(try deduplicate(inputs, to: output, dropped: dropped, threads: 1).isUpToDate)
      #expect(try InputFile.bytes(of: output + "/report.json") == report)
      #expect(Folder.kind(of: dropped) == .nothing)
      var others = inputs
      others.skipDamaged = true
      #expect(throws: OutputFolderError.self) { try deduplicate(others, to: output) }
      #expect(try deduplicate(others, to: output, overwrite: true).report().output.documents == 2)
      _ = try writeLines(lines + lines, in: folder)
      #expect(throws: OutputFolderError.self) { try deduplicate(others, to: output) }
    }
  }

  @Test func `an unfinished run is continued to the same bytes`() throws {
    try withTemporaryFolder { folder in
      let line = "{\"text\": \"" + String(repeating: "x", count: 1 << 20)
      let path = try writeLines((0..<70).map { "\(line)\($0)\"}" }, in: folder)
      let inputs = CorpusInputs(paths: [path])
      _ = try deduplicate(inputs, to: folder + "/whole")
      let flag = CancellationFlag()
      flag.cancel(signal: SIGTERM)
      let output = folder + "/out"
      let dropped = folder + "/dropped.jsonl"
      #expect(throws: Interrupted(signal: SIGTERM)) {
        try deduplicate(inputs, to: output, dropped: dropped, cancellation: flag)
      }
      #expect(try Folder.entries(of: output) == ["unfinished.json"])
      #expect(Folder.kind(of: dropped) == .nothing)
      #expect(throws: OutputFolderError.self) {
        try deduplicate(CorpusInputs(paths: [path], skipDamaged: true), to: output)
      }
      // What a killed run may leave: whole parts, and a part that has no name yet.
      try AtomicFile.replace(output + "/documents-00000.jsonl.zst.tmp", with: "torn")
      _ = try deduplicate(inputs, to: output)
      #expect(try stageOutput(output).files == stageOutput(folder + "/whole").files)
      #expect(
        try !Folder.entries(of: output).contains { $0.hasSuffix(".tmp") || $0 == "unfinished.json" }
      )
    }
  }

  @Test func `a failed run leaves nothing that looks finished`() throws {
    try withTemporaryFolder { folder in
      let path = try writeLines(lines + ["damaged"], in: folder)
      #expect(throws: CorpusError.self) {
        try deduplicate(
          CorpusInputs(paths: [path]), to: folder + "/out", dropped: folder + "/dropped.jsonl")
      }
      #expect(try Folder.entries(of: folder + "/out") == ["unfinished.json"])
      #expect(try Folder.entries(of: folder) == ["in.jsonl", "out"])
    }
  }

  @Test func `a folder with foreign files, and an output among the inputs, are refused`() throws {
    try withTemporaryFolder { folder in
      let inputs = CorpusInputs(paths: [try writeLines(lines, in: folder)])
      try Folder.create(folder + "/foreign")
      try AtomicFile.replace(folder + "/foreign/notes.txt", with: "not ours")
      for overwrite in [false, true] {
        #expect(throws: OutputFolderError.self) {
          try deduplicate(inputs, to: folder + "/foreign", overwrite: overwrite)
        }
      }
      #expect(throws: StageError.self) { try deduplicate(inputs, to: folder, overwrite: true) }
      #expect(throws: StageError.self) {
        try deduplicate(inputs, to: folder + "/out", dropped: folder + "/foreign/../in.jsonl")
      }
      #expect(try Folder.entries(of: folder) == ["foreign", "in.jsonl"])
    }
  }

  @Test func `a dry run writes only its report, which is no result`() throws {
    try withTemporaryFolder { folder in
      let inputs = CorpusInputs(paths: [try writeLines(lines, in: folder)])
      let output = folder + "/out"
      for _ in 0..<2 {
        let report = try deduplicate(inputs, to: output, isDryRun: true).report()
        #expect(report.output.documents == 2)
        expectAccounts(report)
        #expect(try Folder.entries(of: output) == ["report.json"])
      }
      #expect(try deduplicate(inputs, to: output).report().output.documents == 2)
      #expect(throws: StageError.self) { try deduplicate(inputs, to: output, isDryRun: true) }
      #expect(try deduplicate(inputs, to: output).isUpToDate)
    }
  }

  @Test func `the dropped can go to what is no regular file`() throws {
    try withTemporaryFolder { folder in
      let inputs = CorpusInputs(paths: [try writeLines(lines, in: folder)])
      _ = try deduplicate(inputs, to: folder + "/null", dropped: "/dev/null")
      let pipe = folder + "/pipe"
      mkfifo(pipe, 0o600)
      let reader = open(pipe, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      _ = try deduplicate(inputs, to: folder + "/out", dropped: pipe)
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(reader, &buffer, buffer.count)
      #expect(String(decoding: buffer[..<max(0, count)], as: UTF8.self).contains("exact-duplicate"))
      #expect(Folder.kind(of: pipe) == .other)
    }
  }
}
