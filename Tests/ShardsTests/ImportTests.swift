import RingProtocol
import Shards
import TestSupport
import Testing

/// Tokens that other programs have stored become a dataset, or are refused with what is wrong.
struct ImportTests {
  private func append(_ number: UInt64, _ width: Int, to bytes: inout [UInt8]) {
    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
  }

  /// Writes documents of one or two sequences each, as Megatron-LM's builder does, and gives all tokens.
  private func writeMegatron(
    _ stem: String, type: UInt8, width: Int, vocabulary: UInt64
  ) -> [UInt64] {
    var random = SeededNumbers(5)
    var (tokens, lengths, starts, bin) = ([UInt64](), [UInt64](), [UInt64(0)], [UInt8]())
    for document in 0..<20 {
      for _ in 0..<(document % 2 + 1) {
        let length = random.next() % 30
        lengths.append(length)
        for _ in 0..<length {
          let id = random.next() % vocabulary
          tokens.append(id)
          append(id, width, to: &bin)
        }
      }
      starts.append(UInt64(lengths.count))
    }
    var index = Array("MMIDIDX\0\0".utf8)
    append(1, 8, to: &index)
    index.append(type)
    append(UInt64(lengths.count), 8, to: &index)
    append(UInt64(starts.count), 8, to: &index)
    for length in lengths { append(length, 4, to: &index) }
    var place: UInt64 = 0
    for length in lengths {
      append(place, 8, to: &index)
      place += length * UInt64(width)
    }
    for start in starts { append(start, 8, to: &index) }
    overwrite(stem + ".idx", with: index)
    overwrite(stem + ".bin", with: bin)
    return tokens
  }

  private func tokens(of folder: String) throws -> [UInt64] {
    let target = try InspectionTarget.open(folder)
    return try (0..<target.sequences).flatMap { try target.ids(of: $0).map(UInt64.init) }
  }

  private func run(_ arguments: String...) throws -> Program.Result {
    try Program("import", arguments + ["--json"]).wait()
  }

  @Test(arguments: [(UInt8(8), 2, UInt64(60_000)), (4, 4, 200_000), (5, 8, 70)])
  func `tokens of Megatron come in order, with their documents`(
    _ kind: (type: UInt8, width: Int, vocabulary: UInt64)
  ) throws {
    try withTemporaryFolder { folder in
      let all = writeMegatron(
        folder + "/text", type: kind.type, width: kind.width, vocabulary: kind.vocabulary)
      let done = try run(
        "megatron", folder + "/text.idx", "--length", "8", "--frame-sequences", "4", "--output",
        folder + "/out")
      try #require(done.status == 0, "\(done.errors)")
      #expect(try JSONValue.parse(done.output)["tail_tokens"]?.int == Int64(all.count % 8))
      #expect(try tokens(of: folder + "/out") == Array(all.dropLast(all.count % 8)))
      let target = try InspectionTarget.open(folder + "/out")
      let first = try target.trace(0)
      #expect(first.first?.origin.file == "text.bin" && first.first?.offset == 0)
      #expect(try Manifest.read(folder + "/out").documents == 20)
      #expect(try InspectionTarget.problems(folder + "/out", threads: 1) == [])
    }
  }

  @Test func `a damaged index of Megatron is refused with its byte`() throws {
    try withTemporaryFolder { folder in
      _ = writeMegatron(folder + "/text", type: 8, width: 2, vocabulary: 100)
      let good = try InputFile.bytes(of: folder + "/text.idx")
      for (byte, part) in [(0, "byte 0"), (9, "version"), (17, "type"), (20, "sequences")] {
        var bad = good
        bad[byte] = 99
        overwrite(folder + "/text.idx", with: bad)
        let done = try run("megatron", folder + "/text", "--output", folder + "/out")
        #expect(done.status == 1 && done.errors.contains(part), "\(done.errors)")
        #expect(Folder.kind(of: folder + "/out") == .nothing)
      }
      for length in stride(from: 0, to: good.count, by: 7) {
        overwrite(folder + "/text.idx", with: Array(good[..<length]))
        #expect(throws: ShardError.self) { try MegatronFile(folder + "/text").tokens }
      }
    }
  }

  @Test func `what was exported as MDS comes back`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 100, type: .u16)
      try writeSample(source, vocabulary: 100, to: folder + "/train")
      let exported = try Program.run(
        "inspect", folder + "/train", "--export", "mds", "--output", folder + "/mds")
      #expect(exported.status == 0)
      let done = try run(
        "mds", folder + "/mds", "--length", "16", "--vocabulary-size", "100", "--output",
        folder + "/out")
      try #require(done.status == 0, "\(done.errors)")
      #expect(try tokens(of: folder + "/out") == source.ids.map(UInt64.init))
      let traced = try InspectionTarget.open(folder + "/out").trace(5)
      #expect(traced.map(\.origin.id) == ["shard.00000.mds:5"])
      let small = try run(
        "mds", folder + "/mds", "--vocabulary-size", "50", "--output", folder + "/small")
      #expect(small.status == 1 && small.errors.contains("beyond a vocabulary of 50"))
    }
  }

  /// As `MDSWriter` writes a column of arrays without a fixed shape beside one of strings.
  @Test func `samples of different lengths and other columns are read`() throws {
    try withTemporaryFolder { folder in
      let documents: [[UInt64]] = [[1, 2, 3], [4], [5, 6, 7, 8, 9], [10, 11, 12]]
      let samples = documents.map { ids -> [UInt8] in
        var bytes: [UInt8] = []
        append(2, 4, to: &bytes)
        append(UInt64(2 + 4 * ids.count), 4, to: &bytes)
        bytes += Array("id".utf8) + [1 << 2, UInt8(ids.count)]
        for id in ids { append(id, 4, to: &bytes) }
        return bytes
      }
      var shard: [UInt8] = []
      append(UInt64(samples.count), 4, to: &shard)
      var place = 4 + 4 * (samples.count + 1) + 2
      for sample in samples + [[]] {
        append(UInt64(place), 4, to: &shard)
        place += sample.count
      }
      shard += Array("{}".utf8) + samples.flatMap { $0 }
      let index: JSONValue = [
        "version": 2,
        "shards": [
          [
            "format": "mds", "samples": 4, "compression": .null,
            "column_names": ["name", "tokens"], "column_encodings": ["str", "ndarray:int32"],
            "column_sizes": [.null, .null], "raw_data": ["basename": "shard.00000.mds"],
          ]
        ],
      ]
      try Folder.create(folder + "/mds")
      overwrite(folder + "/mds/shard.00000.mds", with: shard)
      overwrite(folder + "/mds/index.json", with: Array(index.serialized().utf8))
      let done = try run("mds", folder + "/mds", "--length", "4", "--output", folder + "/out")
      try #require(done.status == 0, "\(done.errors)")
      #expect(try tokens(of: folder + "/out") == (1...12).map { $0 })
      let traced = try InspectionTarget.open(folder + "/out").trace(0)
      #expect(traced.map(\.tokens) == [3, 1])
      overwrite(folder + "/mds/shard.00000.mds", with: Array(shard.dropLast(3)))
      let cut = try run("mds", folder + "/mds", "--length", "4", "--output", folder + "/cut")
      #expect(cut.status == 1 && cut.errors.contains("sample 3 of shard.00000.mds"))
    }
  }
}
