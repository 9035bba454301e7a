import DataPrep
import RingProtocol
import TestSupport
import Testing

/// Reading that starts in the middle of a corpus.
@Suite struct BlockRangeTests {
  /// Files of all kinds, of several blocks: lines, a byte-order mark, a text, a line of two blocks, no last line feed.
  private func corpus(in folder: String) throws -> Corpus {
    var chance = SeededNumbers(5)
    func lines(_ count: Int, longest: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for number in 0..<count {
        let size = Int.random(in: 0..<longest, using: &chance)
        bytes += Array("{\"text\": \"\(number) \(String(repeating: "t", count: size))\"}\n".utf8)
      }
      return bytes
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let files: [(String, [UInt8])] = [
      ("a.jsonl", mark + lines(300, longest: 2000)),
      (
        "b.jsonl.gz",
        gzip(mark + lines(99, longest: 2000)) + gzip(lines(99, longest: 2000).dropLast())
      ),
      ("c.jsonl.zst", zstd(lines(100, longest: 2000)) + zstd(lines(150, longest: 2000))),
      ("d.txt", lines(3, longest: 200_000)), ("e.jsonl", lines(3, longest: 100)),
      ("g.jsonl.lz4", lz4(lines(100, longest: 2000)) + lz4(lines(100, longest: 2000))),
      ("h.jsonl.bz2", bzip2(lines(100, longest: 2000)) + bzip2(lines(100, longest: 2000))),
      ("f.jsonl", lines(400, longest: 700)),
    ]
    for (name, bytes) in files { try AtomicFile.replace(folder + "/" + name, with: bytes) }
    var inputs = CorpusInputs(paths: [folder])
    inputs.blockBytes = 50_000
    return try Corpus(inputs)
  }

  @Test func `a run of blocks read alone is what it is in the whole`() throws {
    try withTemporaryFolder { folder in
      let corpus = try corpus(in: folder)
      let whole = try read(corpus)
      let starts = try corpus.survey(cancellation: nil, progress: nil)
      #expect(starts.count == whole.blocks.count && starts.count > 15)
      #expect(starts.first == BlockStart(file: 0))
      // Frames and members of compressed files are entered where they begin.
      #expect(Set(starts.map(\.entry.stored)).count == 5)
      var place = 0
      for count in [1, 1, 1, 3, 1, 1, 1, 1, 2, 0, 1, 1, 1, 100] {
        let end = min(place + count, starts.count)
        let start = place < starts.count ? starts[place] : BlockStart(file: corpus.files.count)
        let part = try read(
          corpus.part(BlockRange(first: place, count: end - place, start: start)))
        let before = whole.blocks[..<place].reduce(0, +)
        let size = whole.blocks[place..<end].reduce(0, +)
        #expect(part.blocks == Array(whole.blocks[place..<end]))
        #expect(part.documents == Array(whole.documents[before..<(before + size)]))
        place = end
      }
      #expect(place == starts.count)
    }
  }
}
