import RingProtocol
import Shards
import Synchronization
import TestSupport
import Testing

/// A reader that may skip damage goes on, and always in the same way.
struct SkippingTests {
  private final class Told: Sendable {
    let events = Mutex<[DamageSkipping.Event]>([])
  }

  /// A dataset of shards of five frames of two sequences (the last of one), and what it was made of.
  private func withDataset(
    parity: Int, _ body: (_ folder: String, SampleSource) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 18, length: 8, vocabulary: 40, type: .u16)
      try writeSample(
        source, vocabulary: 40, to: folder + "/data", frame: 2, shard: 9, parity: parity)
      try body(folder, source)
    }
  }

  private func damage(_ folder: String, shard: Int, frame: Int) throws {
    let path = folder + "/data/0000\(shard).tok.zst"
    var content = try InputFile.bytes(of: path)
    let reader = try ShardReader(path)
    let begin = 4096 + (0..<frame).reduce(0) { $0 + reader.compressedBytes(ofFrame: $1) }
    content[begin + 9] ^= 1
    overwrite(path, with: content)
  }

  private func readAll(_ folder: String, _ told: Told) throws -> [UInt8] {
    let dataset = try Dataset.open(folder + "/data")
    let skipping = try DamageSkipping(
      record: folder + "/home/record.json", fingerprint: dataset.manifest.fingerprint,
      tell: { event in told.events.withLock { $0.append(event) } })
    let reader = DatasetReader(dataset, skipping: skipping)
    return try read(0..<18, of: dataset, with: reader)
  }

  @Test func `parity gives what was written, and nothing is recorded`() throws {
    try withDataset(parity: 3) { folder, source in
      try damage(folder, shard: 1, frame: 1)
      let told = Told()
      #expect(try readAll(folder, told) == source.bytes(of: 0..<18))
      let events = told.events.withLock { $0 }
      #expect(events.map(\.sequences) == [11..<13] && events.map(\.replacement) == [nil])
      #expect(Folder.kind(of: folder + "/home/record.json") == .nothing)
    }
  }

  @Test func `the next whole frame stands for a damaged one, also when it is mended`() throws {
    try withDataset(parity: 0) { folder, source in
      let path = folder + "/data/00001.tok.zst"
      let good = try InputFile.bytes(of: path)
      // Frames 2 and 3 of shard 1: sequences 13, 14 and 15, 16; behind them the last frame, of one sequence.
      try damage(folder, shard: 1, frame: 2)
      try damage(folder, shard: 1, frame: 3)
      let last = source.bytes(of: 17..<18)
      let expected = source.bytes(of: 0..<13) + last + last + last + last + last
      let told = Told()
      #expect(try readAll(folder, told) == expected)
      let events = told.events.withLock { $0 }
      #expect(events.map(\.sequences) == [13..<15, 15..<17])
      #expect(events.map(\.replacement) == [17..<18, 17..<18])
      #expect("\(events[0])".contains("00001.tok.zst"))
      let (record, dataset) = (folder + "/home/record.json", try Dataset.open(folder + "/data"))
      let again = try DamageSkipping(
        record: record, fingerprint: dataset.manifest.fingerprint, tell: { _ in })
      #expect(
        again.notice?.hasPrefix("2 damaged frames stay replaced as before, by \(record)") == true)
      overwrite(path, with: good)
      #expect(try readAll(folder, told) == expected)
      try Folder.remove(folder + "/home/record.json")
      #expect(try readAll(folder, told) == source.bytes(of: 0..<18))
    }
  }

  @Test func `a shard that is gone is replaced too, and behind the last frame comes the first`()
    throws
  {
    try withDataset(parity: 0) { folder, source in
      let dataset = try Dataset.open(folder + "/data")
      try Folder.remove(folder + "/data/00001.tok.zst")
      let skipping = try DamageSkipping(
        record: folder + "/record.json", fingerprint: dataset.manifest.fingerprint, tell: { _ in })
      let reader = DatasetReader(dataset, skipping: skipping)
      #expect(try read(13..<15, of: dataset, with: reader) == source.bytes(of: 0..<2))
      #expect(throws: ShardError.self) {
        try DamageSkipping(record: folder + "/record.json", fingerprint: "other", tell: { _ in })
      }
    }
  }
}
