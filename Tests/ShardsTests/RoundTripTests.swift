import CZstd
import RingProtocol
import Shards
import TestSupport
import Testing

/// What a shard was made of comes out of it again.
struct RoundTripTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let sequences: Int, length: Int, vocabulary: Int, frame: Int, shard: UInt64
    var type: TokenType { TokenType(vocabularySize: vocabulary) }
    var testDescription: String {
      "\(sequences) × \(length), \(type), frames of \(frame), shards of \(shard)"
    }
  }

  static let shapes = [
    Shape(sequences: 1, length: 1, vocabulary: 5, frame: 1, shard: 1),
    Shape(sequences: 1, length: 128, vocabulary: 300, frame: 4096, shard: 262_144),
    Shape(sequences: 23, length: 16, vocabulary: 1000, frame: 4, shard: 10),
    Shape(sequences: 24, length: 7, vocabulary: 65_536, frame: 8, shard: 8),
    Shape(sequences: 50, length: 33, vocabulary: 65_537, frame: 7, shard: 20),
    Shape(sequences: 300, length: 128, vocabulary: 120_000, frame: 64, shard: 1000),
  ]

  @Test(arguments: shapes)
  func `every sequence comes back, in order and in any order`(shape: Shape) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(
        sequences: shape.sequences, length: shape.length, vocabulary: shape.vocabulary,
        type: shape.type)
      try writeSample(
        source, vocabulary: shape.vocabulary, to: folder, frame: shape.frame, shard: shape.shard)
      let dataset = try Dataset.open(folder)
      let reader = DatasetReader(dataset, cachedFrames: 2)
      let all = 0..<source.count
      #expect(try read(all, of: dataset, with: reader) == source.bytes(of: all))
      let order = KeyedPermutation(count: source.count, key: (1, 2))
      for place in all {
        let one = order[place]..<order[place] + 1
        #expect(try read(one, of: dataset, with: reader) == source.bytes(of: one))
      }
    }
  }

  @Test(arguments: shapes)
  func `zstd alone unpacks a shard to the plain tokens`(shape: Shape) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(
        sequences: shape.sequences, length: shape.length, vocabulary: shape.vocabulary,
        type: shape.type)
      let manifest = try writeSample(
        source, vocabulary: shape.vocabulary, to: folder, frame: shape.frame, shard: shape.shard)
      let plain = try manifest.shards.flatMap { shard in
        unpacked(
          try InputFile.bytes(of: folder + "/" + shard.file),
          limit: Int(shard.sequences) * manifest.sequenceBytes)
      }
      #expect(plain == source.bytes(of: 0..<source.count))
    }
  }

  /// One call of zstd over the whole file.
  private func unpacked(_ file: [UInt8], limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
      count = ZSTD_decompress(buffer.baseAddress, limit + 1, file, file.count)
      if ZSTD_isError(count) != 0 { count = 0 }
    }
  }

  @Test func `the number of threads changes no byte`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 333, length: 32, vocabulary: 500, type: .u16)
      let manifests = try [1, 2, 3].map { threads in
        try writeSample(
          source, vocabulary: 500, to: "\(folder)/\(threads)", frame: 16, shard: 100,
          threads: threads)
      }
      #expect(manifests[0] == manifests[1])
      #expect(manifests[0] == manifests[2])
      #expect(manifests[0].shards.count == 4)
    }
  }

  @Test func `the manifest counts what is there`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 1000, type: .u16)
      let written = try writeSample(source, vocabulary: 1000, to: folder)
      let manifest = try Manifest.read(folder)
      #expect(manifest == written)
      #expect(manifest.shards.map(\.sequences) == [10, 10, 3])
      #expect(manifest.tokens == 23 * 16)
      #expect(manifest.statistics.padding == UInt64(source.ids.count { $0 == 0 }))
      #expect(manifest.statistics.unknown == UInt64(source.ids.count { $0 == 1 }))
      #expect(manifest.statistics.distinct == Set(source.ids).count)
      for shard in manifest.shards {
        let bytes = try InputFile.bytes(of: folder + "/" + shard.file)
        #expect(UInt64(bytes.count) == shard.bytes)
        #expect(SHA256.hex(of: bytes) == shard.sha256)
      }
    }
  }

  @Test func `the fingerprint is that of the plain content`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 1000, type: .u16)
      let manifest = try writeSample(source, vocabulary: 1000, to: folder + "/a")
      let line = "u16 16 \(SHA256.hex(of: "tokenizer"))\n"
      let content = Array(line.utf8) + source.bytes(of: 0..<source.count)
      #expect(manifest.fingerprint == SHA256.hex(of: content))
      let other = try writeSample(
        source, vocabulary: 1000, to: folder + "/b", frame: 5, shard: 6)
      #expect(other.fingerprint == manifest.fingerprint)
    }
  }

  @Test func `a shard alone tells what its frames hold`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 1000, type: .u16)
      try writeSample(source, vocabulary: 1000, to: folder)
      let shard = try ShardReader(folder + "/00001.tok.zst")
      #expect(shard.header.number == 1)
      #expect(shard.header.roles == SpecialRoles(pad: 0, unk: 1, sep: 3))
      #expect(shard.records.count == 3)
      // Sequences 10 to 19 belong to documents 3 to 6, three to each.
      #expect(shard.documents == 4)
      #expect(shard.records.map(\.documents) == [2, 2, 1])
      let ids = source.ids[160..<320]
      #expect(try shard.histogram()[3] == UInt64(ids.count { $0 == 3 }))
      #expect(shard.records.map(\.maximumID).max() == ids.max())
    }
  }

  @Test func `frames and sequences are numbered through all shards`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 1000, type: .u16)
      try writeSample(source, vocabulary: 1000, to: folder)
      let dataset = try Dataset.open(folder)
      let frames = (0..<dataset.frameCount).map(dataset.sequences(ofFrame:))
      #expect(frames == [0..<4, 4..<8, 8..<10, 10..<14, 14..<18, 18..<20, 20..<23])
      for (number, frame) in frames.enumerated() {
        for sequence in frame { #expect(dataset.frameIndex(of: sequence) == number) }
      }
    }
  }

  @Test func `a sequence past the end is refused by number`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 5, length: 2, vocabulary: 9, type: .u16)
      try writeSample(source, vocabulary: 9, to: folder)
      let dataset = try Dataset.open(folder)
      #expect(throws: ShardError.noSequence(path: folder, sequence: 5, count: 5)) {
        try read(4..<6, of: dataset, with: DatasetReader(dataset))
      }
    }
  }
}
