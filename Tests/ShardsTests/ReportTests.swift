import Glibc
import RingProtocol
import Shards
import TestSupport
import Testing

/// Statistics against the obvious count of the same sequences.
struct ReportTests {
  private func withReport(
    shard: UInt64 = 10, _ body: (DatasetReport, DeepReading, SampleSource, Manifest) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 53, length: 2, vocabulary: 6, type: .u16, seed: 9)
      let manifest = try writeSample(source, vocabulary: 6, to: folder, shard: shard)
      let target = try InspectionTarget.open(folder)
      let report = try DatasetReport(target, path: folder, threads: 2)
      // So little memory that the data is read several times.
      let reading = try DeepReading(
        target, histogram: report.histogram, memory: 100, threads: 2)
      try body(report, reading, source, manifest)
    }
  }

  @Test func `token counts and their curve`() throws {
    try withReport { report, _, source, manifest in
      let counts = (0..<6).map { id in UInt64(source.ids.count { $0 == UInt32(id) }) }
      #expect(report.histogram == counts)
      let sorted = counts.filter { $0 > 0 }.sorted(by: >)
      #expect(report.frequencies.points.map(\.count) == sorted)
      #expect(manifest.distributions?.frequencies == report.frequencies)
    }
  }

  @Test func `duplicates and the mean log-probability`() throws {
    try withReport { report, reading, source, _ in
      let rows = (0..<53).map { Array(source.ids[$0 * 2..<$0 * 2 + 2]) }
      #expect(reading.duplicateSequences == UInt64(53 - Set(rows).count))
      #expect(reading.duplicateSequences > 0)
      let total = Double(source.ids.count)
      let logs = report.histogram.map { log2(Double($0) / total) }
      for (number, shard) in report.shards.enumerated() {
        let ids = source.ids[number * 20..<min(number * 20 + 20, source.ids.count)]
        let mean = ids.reduce(0) { $0 + logs[Int($1)] } / Double(ids.count)
        #expect(abs(shard.meanLogProbability - mean) < 1e-9)
      }
      let first = source.ids[..<8].reduce(0) { $0 + logs[Int($1)] } / 8
      #expect(abs(reading.meanLogProbabilities[0] - first) < 1e-9)
      #expect(reading.orderCorrelation.map { $0 > 0.99 } == true)
    }
  }

  @Test func `sources along the data`() throws {
    try withReport { report, _, source, _ in
      let mixture = report.mixture
      #expect(mixture.names == ["even", "b/c.jsonl.zst", "a.jsonl"])
      #expect(mixture.tokens.reduce(0, +) == UInt64(source.ids.count))
      let even = (0..<53).count { $0 / 3 % 2 == 0 } * 2
      #expect(mixture.tokens[0] == UInt64(even))
      #expect(mixture.stretches.count == 16)
      // Documents lie in their natural order: sources are anything but evenly mixed.
      #expect(mixture.chiSquarePerDegree.map { $0 > 1 } == true)
    }
  }

  @Test func `bins of lengths cover every number once`() {
    var bin: UInt64 = 0
    for length in 0..<5000 as Range<UInt64> {
      if LengthDistribution.bin(of: length) != bin {
        #expect(LengthDistribution.next(after: bin) == length)
        bin = length
      }
      #expect(LengthDistribution.bin(of: length) == bin)
    }
    let json = LengthDistribution(json: [[8, 3], [10, 4]])
    #expect(json?.total == 7 && json?.quantile(0.5) == 10)
    #expect(LengthDistribution(json: [[9, 3]]) == nil)
  }

  @Test func `a dataset compared with another`() throws {
    try withTemporaryFolder { folder in
      let one = SampleSource(sequences: 20, length: 4, vocabulary: 6, type: .u16, seed: 1)
      let two = SampleSource(sequences: 20, length: 4, vocabulary: 6, type: .u16, seed: 2)
      try writeSample(one, vocabulary: 6, to: folder + "/one")
      try writeSample(one, vocabulary: 6, to: folder + "/same", shard: 7, codec: .lz4)
      try writeSample(two, vocabulary: 6, to: folder + "/two")
      let same = try Comparison(folder + "/one", folder + "/same", isDeep: true, threads: 1)
      #expect(same.isSameContent == true && same.firstDifference == nil)
      #expect(same.shared == 20 && same.divergence < 1e-12)
      #expect(same.differences.map(\.field).contains("codec"))
      let other = try Comparison(folder + "/one", folder + "/two", isDeep: true, threads: 1)
      #expect(other.isSameContent == false && other.firstDifference == 0)
      #expect(other.divergence > 0)
      let shard = try Comparison(
        folder + "/one/00001.tok.zst", folder + "/one", isDeep: false, threads: 1)
      #expect(shard.isSameContent == nil)
    }
  }
}
