import RingProtocol
import Shards
import TestSupport
import Testing

/// What only the folder as a whole can tell.
struct DatasetTests {
  private func withDataset(_ body: (_ folder: String, SampleSource) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 100, type: .u16)
      try writeSample(source, vocabulary: 100, to: folder)
      try body(folder, source)
    }
  }

  private func problems(_ folder: String) throws -> [ShardError] {
    try Verification.problems(dataset: folder, threads: 2)
  }

  @Test func `an intact dataset has no fault`() throws {
    try withDataset { folder, _ in
      let found = try problems(folder)
      #expect(found == [])
    }
  }

  @Test func `a missing and an emptied shard are found by name`() throws {
    for content in [nil, []] as [[UInt8]?] {
      try withDataset { folder, _ in
        let path = folder + "/00001.tok.zst"
        if let content {
          try AtomicFile.replace(path, with: content)
        } else {
          try Folder.remove(path)
        }
        #expect(try problems(folder).map(\.path) == [path])
        #expect(throws: ShardError.self) { try Dataset.open(folder) }
      }
    }
  }

  @Test func `exchanged shards are found, both of them`() throws {
    try withDataset { folder, _ in
      let paths = [folder + "/00000.tok.zst", folder + "/00001.tok.zst"]
      let contents = try paths.map { try InputFile.bytes(of: $0) }
      try AtomicFile.replace(paths[0], with: contents[1])
      try AtomicFile.replace(paths[1], with: contents[0])
      #expect(try problems(folder).map(\.path) == paths)
    }
  }

  @Test func `a shard of another dataset is refused when it is read`() throws {
    try withDataset { folder, source in
      var other = sampleDescription(of: source, vocabulary: 100)
      other.seed = 1
      try DatasetWriter(other, folder: folder + "/other", threads: 1).write(source)
      let bytes = try InputFile.bytes(of: folder + "/other/00000.tok.zst")
      try AtomicFile.replace(folder + "/00000.tok.zst", with: bytes)
      #expect(try problems(folder).map(\.path) == [folder + "/00000.tok.zst"])
    }
  }

  @Test func `a broken manifest is named`() throws {
    try withDataset { folder, _ in
      let path = folder + "/manifest.json"
      let good = String(decoding: try InputFile.bytes(of: path), as: UTF8.self)
      let broken = [
        "", "{", "[]", "{}", good.replacing("\"sequences\": 10", with: "\"sequences\": 11"),
        good.replacing("\"u16\"", with: "\"u17\""),
        good.replacing("00001.tok.zst", with: "../x"),
        good.replacing("\"format_version\": 1", with: "\"format_version\": 2"),
        good.replacing("\"frame_sequences\": 4", with: "\"frame_sequences\": 0"),
        good.replacing("\"documents\": 7", with: "\"documents\": -7"),
      ]
      for text in broken {
        #expect(text != good)
        try AtomicFile.replace(path, with: text)
        #expect(try problems(folder).map(\.path) == [path], "\(text)")
        #expect(throws: ShardError.self) { try Dataset.open(folder) }
      }
    }
  }

  @Test func `a manifest that tells another content is found`() throws {
    try withDataset { folder, _ in
      let path = folder + "/manifest.json"
      var manifest = try Manifest.read(folder)
      manifest.fingerprint = SHA256.hex(of: "another")
      manifest.statistics.unknown += 1
      try manifest.write(to: folder)
      #expect(try problems(folder).map(\.path) == [path, path])
    }
  }

  @Test func `an interrupted writer leaves whole shards, and a second run the same bytes`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 60, length: 16, vocabulary: 100, type: .u16)
      let whole = try writeSample(source, vocabulary: 100, to: folder + "/whole")
      let description = sampleDescription(of: source, vocabulary: 100)
      for stop in stride(from: 1, through: 60, by: 7) {
        let place = "\(folder)/\(stop)"
        let stopping = StoppingSource(source: source, stop: UInt64(stop))
        #expect(throws: StoppingSource.Stop.self) {
          try DatasetWriter(description, folder: place, threads: 1).write(stopping)
        }
        let left = try Folder.entries(of: place)
        #expect(left == Array(whole.shards.map(\.file)[..<((stop - 1) / 10)]))
        // What kill -9 would have left.
        try AtomicFile.replace(place + "/00003.tok.zst.tmp", with: "half")
        try AtomicFile.replace(place + "/00004.tok.zst", with: "not ours")
        let again = try DatasetWriter(description, folder: place, threads: 2).write(source)
        #expect(again == whole)
        #expect(try Folder.entries(of: place) == Folder.entries(of: folder + "/whole"))
        let found = try problems(place)
        #expect(found == [])
      }
    }
  }

  @Test func `a shard of other sequences is not kept`() throws {
    try withTemporaryFolder { folder in
      let before = SampleSource(sequences: 20, length: 16, vocabulary: 100, type: .u16, seed: 5)
      let after = SampleSource(sequences: 20, length: 16, vocabulary: 100, type: .u16, seed: 6)
      try writeSample(before, vocabulary: 100, to: folder + "/a")
      let again = try writeSample(after, vocabulary: 100, to: folder + "/a")
      #expect(try again == writeSample(after, vocabulary: 100, to: folder + "/b"))
    }
  }
}

/// Gives its sequences up to a place and fails there.
private struct StoppingSource: SequenceSource {
  struct Stop: Error {}

  let source: SampleSource
  let stop: UInt64

  var count: UInt64 { source.count }
  var hasOrigins: Bool { source.hasOrigins }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { source.catalog(of: range) }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    if range.upperBound >= stop { throw Stop() }
    return try source.fill(range, into: destination)
  }
}
