import RingProtocol
import Shards
import TestSupport
import Testing

/// What is damaged is made again, byte for byte, or refused.
struct RepairTests {
  /// A dataset of one shard of nine frames with parity of every three, and the bytes of the shard.
  private func withShard(
    _ codec: Codec = .zstd, parity: Int = 3,
    _ body: (_ folder: String, _ path: String, _ good: [UInt8]) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 18, length: 8, vocabulary: 40, type: .u16)
      try writeSample(
        source, vocabulary: 40, to: folder + "/data", frame: 2, shard: 100, codec: codec,
        parity: parity)
      let path = folder + "/data/00000" + codec.fileExtension
      try body(folder, path, try InputFile.bytes(of: path))
    }
  }

  private func repaired(_ folder: String) throws -> (bytes: [UInt8], repairs: [String]) {
    let outcomes = try Repair(threads: 1).repair(folder + "/data", to: folder + "/again")
    let bytes = try InputFile.bytes(of: folder + "/again/" + outcomes[0].file)
    return (bytes, outcomes[0].repairs)
  }

  static let codecs: [Codec] = [.zstd, .lz4]

  @Test(arguments: codecs)
  func `one flipped bit anywhere outside the index's table is mended`(codec: Codec) throws {
    try withShard(codec) { folder, path, good in
      var random = SeededNumbers(5)
      var refused = 0
      for _ in 0..<120 {
        var content = good
        let byte = Int(random.next() % UInt64(good.count))
        content[byte] ^= 1 << UInt8(random.next() % 8)
        overwrite(path, with: content)
        do {
          let again = try repaired(folder)
          let isGood = again.bytes == good && again.repairs.count == 1
          #expect(isGood, "byte \(byte)")
        } catch ShardError.beyondRepair(let where_, let found) {
          // The table of sections is the one part that nothing else tells.
          #expect(where_ == path && found.contains("index"), "byte \(byte): \(found)")
          refused += 1
        }
      }
      #expect(refused < 15)
    }
  }

  @Test func `a stretch of damage as long as three frames is mended`() throws {
    try withShard { folder, path, good in
      let shard = try ShardReader(path)
      let begin = 4096 + shard.compressedBytes(ofFrame: 0)
      let size = (1..<4).reduce(0) { $0 + shard.compressedBytes(ofFrame: $1) }
      var content = good
      for byte in begin..<begin + size { content[byte] = 0xAA }
      overwrite(path, with: content)
      let again = try repaired(folder)
      let isGood = again.bytes == good
      #expect(isGood)
      #expect(again.repairs == ["frame 1", "frame 2", "frame 3"])
    }
  }

  @Test func `two frames of one group are beyond repair, and nothing is left`() throws {
    try withShard { folder, path, good in
      // Ten parts in groups of three are four groups: frames 0 and 4 share one.
      let shard = try ShardReader(path)
      let fifth = 4096 + (0..<4).reduce(0) { $0 + shard.compressedBytes(ofFrame: $1) }
      var content = good
      content[4096 + 9] ^= 1
      content[fifth + 9] ^= 1
      overwrite(path, with: content)
      #expect(throws: ShardError.self) { try repaired(folder).repairs }
      let left = try Folder.entries(of: folder + "/again")
      #expect(left == [])
    }
  }

  @Test(arguments: codecs)
  func `without parity the seek table is mended and a frame is not`(codec: Codec) throws {
    try withShard(codec, parity: 0) { folder, path, good in
      var content = good
      content[good.count - 20] ^= 1
      content[good.count - 2] ^= 1
      overwrite(path, with: content)
      let again = try repaired(folder)
      let isGood = again.bytes == good
      #expect(isGood && again.repairs == ["the seek table"])
      content = good
      content[5000] ^= 1
      overwrite(path, with: content)
      #expect(throws: ShardError.self) { try repaired(folder).repairs }
    }
  }

  @Test func `appended bytes go, and a whole dataset is copied as it is`() throws {
    try withShard { folder, path, good in
      let whole = try repaired(folder)
      let isSame = whole.bytes == good
      #expect(isSame && whole.repairs == [])
      let manifests = try ["data", "again"].map {
        try InputFile.bytes(of: "\(folder)/\($0)/manifest.json")
      }
      #expect(manifests[0] == manifests[1])
      overwrite(path, with: good + [1, 2, 3])
      let again = try repaired(folder)
      let isGood = again.bytes == good
      #expect(isGood)
    }
  }
}
