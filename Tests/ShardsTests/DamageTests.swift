import RingProtocol
import Shards
import TestSupport
import Testing

/// A file that is not exactly what was written is refused, and by name.
struct DamageTests {
  /// A shard of five frames, alone in a folder.
  private func withShard(
    _ codec: Codec = .zstd, parity: Int = 0,
    _ body: (_ path: String, _ good: [UInt8]) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 9, length: 8, vocabulary: 40, type: .u16)
      try writeSample(source, vocabulary: 40, to: folder, frame: 2, codec: codec, parity: parity)
      try Folder.remove(folder + "/manifest.json")
      let path = folder + "/00000" + codec.fileExtension
      try body(path, try InputFile.bytes(of: path))
    }
  }

  private func problems(_ path: String, _ content: [UInt8]) -> [ShardError] {
    overwrite(path, with: content)
    return Verification.problems(shard: path, threads: 1)
  }

  @Test func `an intact shard has no fault`() throws {
    try withShard { path, good in
      let found = problems(path, good)
      #expect(found == [])
    }
  }

  static let kinds: [(Codec, Int)] = [(.zstd, 0), (.lz4, 0), (.zstd, 3)]

  @Test(arguments: kinds)
  func `every flipped bit is found`(_ codec: Codec, _ parity: Int) throws {
    try withShard(codec, parity: parity) { path, good in
      var content = good
      var missed: [String] = []
      for byte in good.indices {
        // All bits where a field may be; one bit for each byte of the header's empty part, and one in eight of all in
        // the rarer kinds, to stay quick.
        let isEmptyHeader = (600..<4088).contains(byte)
        if isEmptyHeader, byte % 7 != 0 { continue }
        for bit in isEmptyHeader || (codec, parity) != (.zstd, 0) ? byte % 8..<byte % 8 + 1 : 0..<8
        {
          content[byte] ^= 1 << bit
          let found = problems(path, content)
          if found.isEmpty || found.contains(where: { $0.path != path }) {
            missed.append("bit \(bit) of byte \(byte)")
          }
          content[byte] = good[byte]
        }
      }
      #expect(missed == [])
    }
  }

  @Test(arguments: kinds)
  func `every truncation is found`(_ codec: Codec, _ parity: Int) throws {
    try withShard(codec, parity: parity) { path, good in
      for length in good.indices {
        let found = problems(path, Array(good[..<length]))
        #expect(found != [], "\(length) bytes")
      }
    }
  }

  @Test func `bytes behind or before the file are found`() throws {
    try withShard { path, good in
      let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
      for content in [good + [0], good + good, good + skippable, [0] + good, skippable + good] {
        let found = problems(path, content)
        #expect(found != [])
      }
    }
  }

  @Test func `rearranged frames are found, also with a table to match`() throws {
    try withShard { path, good in
      let frames = frameRanges(of: good)
      let table = good.count - (17 + 12 * (frames.count + 2))
      let (first, second) = (frames[0], frames[1])
      let head = good[..<first.lowerBound]
      let swapped = head + good[second] + good[first] + good[second.upperBound...]
      var matching = Array(swapped)
      let entry = table + 8 + 12
      for byte in entry..<entry + 12 { matching.swapAt(byte, byte + 12) }
      let without = head + good[first.upperBound...]
      let repeated = good[..<first.upperBound] + good[first.lowerBound...]
      for content in [Array(swapped), matching, Array(without), Array(repeated)] {
        #expect(content != good)
        let found = problems(path, content)
        #expect(found != [])
      }
    }
  }

  @Test func `a missing last frame is found although the table agrees`() throws {
    try withShard { path, good in
      let frames = frameRanges(of: good)
      let last = frames.last!
      let table = good.count - (17 + 12 * (frames.count + 2))
      let entry = table + 8 + 12 * frames.count
      var content = Array(good[..<last.lowerBound] + good[last.upperBound..<table])
      content += good[table..<entry] + good[(entry + 12)...]
      // One entry fewer, in the frame's size and in the footer.
      let newTable = content.count - (17 + 12 * (frames.count + 1))
      content[newTable + 4] -= 12
      content[content.count - 9] -= 1
      let found = problems(path, content)
      #expect(found.count == 1)
      #expect("\(found)".contains("the header counts 5"))
    }
  }

  @Test func `the error names file, byte and remedy`() throws {
    try withShard { path, good in
      let frames = frameRanges(of: good)
      var content = good
      content[frames[3].lowerBound + 7] ^= 1
      let found = problems(path, content)
      #expect(found.count == 1)
      let text = found.map(\.description).joined()
      #expect(text.contains(path) && text.contains("byte \(frames[3].lowerBound)"))
      #expect(text.contains("frame 3") && text.contains("copy it again"))
    }
  }

  @Test func `what is no shard is told so`() throws {
    try withShard { path, _ in
      let other = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 7, count: 9000)
      for content in [[], [1, 2, 3], other] as [[UInt8]] {
        let found = problems(path, content)
        guard case .notAShard? = found.first else { Issue.record("\(found)"); continue }
      }
    }
  }

  @Test func `a reader gives nothing of a damaged frame and all of the others`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 9, length: 8, vocabulary: 40, type: .u16)
      try writeSample(source, vocabulary: 40, to: folder, frame: 2)
      let path = folder + "/00000.tok.zst"
      var content = try InputFile.bytes(of: path)
      content[frameRanges(of: content)[1].upperBound - 6] ^= 8
      overwrite(path, with: content)
      let dataset = try Dataset.open(folder)
      let reader = DatasetReader(dataset)
      #expect(throws: ShardError.self) { try read(2..<3, of: dataset, with: reader) }
      #expect(try read(4..<9, of: dataset, with: reader) == source.bytes(of: 4..<9))
      #expect(throws: ShardError.self) { try read(0..<9, of: dataset, with: reader) }
      #expect(try read(0..<2, of: dataset, with: reader) == source.bytes(of: 0..<2))
    }
  }

  /// Where the frames of sequences lie, by the seek table.
  private func frameRanges(of file: [UInt8]) -> [Range<Int>] {
    func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) } }
    let count = number(file.count - 9)
    let table = file.count - (17 + 12 * count)
    var at = 4096
    return (1..<count - 1).map { entry in
      let size = number(table + 8 + 12 * entry)
      defer { at += size }
      return at..<at + size
    }
  }
}
