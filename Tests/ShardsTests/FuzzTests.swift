import RingProtocol
import ShardFuzzing
import Shards
import TestSupport
import Testing

/// A short run, always the same, of what `scripts/fuzz-shards` does for as long as it is told.
struct FuzzTests {
  static let kinds: [(Codec, Int, TokenType)] = [
    (.zstd, 0, .u16), (.zstd, 3, .u32), (.lz4, 0, .u16), (.lz4, 2, .u32),
  ]

  @Test(arguments: kinds)
  func `no nonsense is taken for a shard, and none crashes`(
    _ codec: Codec, _ parity: Int, _ type: TokenType
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 40, length: 8, vocabulary: 60, type: type)
      try writeSample(
        source, vocabulary: 60, to: folder + "/good", frame: 8, shard: 100, codec: codec,
        parity: parity)
      try Folder.create(folder + "/bad")
      var fuzzer = try ShardFuzzer(
        shard: folder + "/good/00000" + codec.fileExtension, folder: folder + "/bad", seed: 11)
      for round in 0..<400 {
        let fault = try fuzzer.step()
        #expect(fault == nil, "round \(round)")
      }
    }
  }
}
