import DataPrep
import RingProtocol
import TestSupport
import Testing

/// How the input is cut into blocks, and in which order work and results come.
@Suite struct BlockTests {
  private static let target = 16 << 20

  /// Lines of a given number of bytes, line feed included.
  private func lines(_ sizes: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (number, size) in sizes.enumerated() {
      let head = Array("{\"id\": \"\(number)\", \"text\": \"".utf8)
      bytes +=
        head + [UInt8](repeating: UInt8(ascii: "a"), count: size - head.count - 3)
        + Array("\"}\n".utf8)
    }
    return bytes
  }

  @Test func `a block ends with the line that reaches 16 MiB, across files`() throws {
    try withTemporaryFolder { folder in
      let mebibyte = 1 << 20
      let sizes =
        Array(repeating: mebibyte, count: 15) + [
          mebibyte, 3 * mebibyte, 16 * mebibyte, 100, 40 * mebibyte, 50, 60,
        ]
      // 16 lines end exactly at 16 MiB; then 3 + 16; then 100 + 40 MiB; then the rest.
      let expected = [16, 2, 2, 2]
      let whole = lines(sizes)
      try AtomicFile.replace(folder + "/whole.jsonl", with: whole)
      #expect(try read(folder + "/whole.jsonl").blocks == expected)
      // The same lines in several files, one of them compressed, one without a last line feed.
      var ends = [0]
      for size in sizes { ends.append(ends.last! + size) }
      try AtomicFile.replace(folder + "/1.jsonl", with: Array(whole[..<ends[7]]))
      try AtomicFile.replace(folder + "/2.jsonl.gz", with: gzip(Array(whole[ends[7]..<ends[17]])))
      try AtomicFile.replace(folder + "/3.jsonl", with: Array(whole[ends[17]..<(ends[18] - 1)]))
      try AtomicFile.replace(folder + "/4.jsonl.zst", with: zstd(Array(whole[ends[18]...])))
      for threads in 1...3 {
        let found = try read(
          CorpusInputs(
            paths: (1...4).map { "\(folder)/\($0).jsonl" + ["", ".gz", "", ".zst"][$0 - 1] }),
          threads: threads)
        #expect(found.blocks == expected)
        #expect(found.names == sizes.indices.map(String.init))
        #expect(zip(found.documents, sizes).allSatisfy { $0.line.utf8.count + 1 == $1 })
      }
    }
  }

  @Test func `line numbers go on through blocks`() throws {
    try withTemporaryFolder { folder in
      let line = Array(("{\"text\": \"" + String(repeating: "b", count: 1000) + "\"}\n").utf8)
      let count = 2 * Self.target / line.count + 10
      try AtomicFile.replace(
        folder + "/a.jsonl", with: Array(repeatElement(line, count: count).joined()))
      let found = try read(folder + "/a.jsonl")
      #expect(found.blocks.count == 3)
      #expect(found.names == (1...count).map { "a.jsonl:\($0)" })
    }
  }

  @Test func `texts are not cut by blocks`() throws {
    try withTemporaryFolder { folder in
      let sentence = String(repeating: "word ", count: 200) + "\n"
      let whole = String(repeating: sentence, count: 40_000)
      try AtomicFile.replace(folder + "/a.txt", with: whole)
      try AtomicFile.replace(folder + "/b.txt", with: sentence + "\n" + whole + "\n" + sentence)
      #expect(try read(CorpusInputs(paths: [folder + "/a.txt"])).texts == [whole])
      let found = try read(CorpusInputs(paths: [folder + "/b.txt"], textDocuments: .paragraph))
      #expect(
        found.texts.map { $0.utf8.count } == [sentence, whole, sentence].map { $0.utf8.count - 1 })
      #expect(found.names == ["b.txt:1", "b.txt:3", "b.txt:40004"])
    }
  }

  @Test func `turns come in reading order, and the first failure wins`() throws {
    try withTemporaryFolder { folder in
      let line = Array(("{\"text\": \"" + String(repeating: "c", count: 1 << 20) + "\"}\n").utf8)
      try AtomicFile.replace(
        folder + "/a.jsonl", with: Array(repeatElement(line, count: 90).joined()))
      let corpus = try Corpus(CorpusInputs(paths: [folder + "/a.jsonl"]))
      final class Log: @unchecked Sendable { var turns: [Int] = [] }
      struct Failure: Error, Equatable { let block: Int }
      for threads in [1, 4] {
        let log = Log()
        var collected: [Int] = []
        try corpus.process(
          threads: threads, cancellation: nil, progress: nil, makeScratch: {},
          work: { _, block, turn in
            try turn.inOrder { log.turns.append(block.index) }
            return block.index
          }, collect: { collected.append($0) })
        #expect(log.turns == Array(0..<6))
        #expect(collected == Array(0..<6))
        collected = []
        let failure = #expect(throws: Failure.self) {
          try corpus.process(
            threads: threads, cancellation: nil, progress: nil, makeScratch: {},
            work: { _, block, turn in
              if block.index >= 2 { throw Failure(block: block.index) }
              try turn.inOrder {}
              return block.index
            }, collect: { collected.append($0) })
        }
        #expect(failure == Failure(block: 2))
        #expect(collected == [0, 1])
      }
    }
  }

  @Test func `a cancelled run ends with the signal`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/a.jsonl", with: "{\"text\": \"d\"}\n")
      let flag = CancellationFlag()
      flag.cancel(signal: 15)
      #expect(throws: Interrupted(signal: 15)) {
        try Corpus(CorpusInputs(paths: [folder + "/a.jsonl"])).process(
          threads: 2, cancellation: flag, progress: nil, makeScratch: {},
          work: { _, block in block.index },
          collect: { _ in })
      }
    }
  }

  @Test func `progress counts the stored bytes`() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.replace(folder + "/a.jsonl", with: "{\"text\": \"d\"}\n")
      try AtomicFile.replace(folder + "/b.jsonl", with: gzip(Array("{\"text\": \"e\"}\n".utf8)))
      let corpus = try Corpus(CorpusInputs(paths: [folder]))
      let meter = ProgressMeter(label: "reading", unit: "bytes", total: corpus.storedBytes)
      try corpus.process(
        threads: 1, cancellation: nil, progress: meter, makeScratch: {}, work: { _, _ in },
        collect: {})
      #expect(meter.count == corpus.storedBytes && meter.total == meter.count)
    }
  }
}
