import RingProtocol
import Shards
import TestSupport
import Testing

/// Datasets that were joined hold what they held, and still say where it comes from.
struct MergeTests {
  /// Three datasets of 23, 9 and 50 sequences.
  private func withDatasets(
    _ body: (_ folder: String, [Dataset], [SampleSource]) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      var sources: [SampleSource] = []
      for (number, count) in [23, 9, 50].enumerated() {
        var source = SampleSource(
          sequences: count, length: 16, vocabulary: 100, type: .u16, seed: UInt64(number + 1))
        source.spread = UInt64(number + 2)
        var description = sampleDescription(
          of: source, vocabulary: 100, frame: number + 3, shard: 20)
        description.documents = (UInt64(count) + source.spread - 1) / source.spread
        try DatasetWriter(description, folder: "\(folder)/\(number)", threads: 1).write(source)
        sources.append(source)
      }
      try body(folder, try (0..<3).map { try Dataset.open("\(folder)/\($0)") }, sources)
    }
  }

  @discardableResult
  private func merge(
    _ datasets: [Dataset], _ order: DatasetJoin.Order, to folder: String, threads: Int = 2
  ) throws -> Manifest {
    let join = try DatasetJoin(datasets, order: order)
    let description = join.description(keepingProvenance: true, shardSequences: 16)
    let source = JoinedSource(join, keepingProvenance: true, shardSequences: 16)
    return try DatasetWriter(description, folder: folder, threads: threads).write(source)
  }

  /// Which dataset and which of its sequences stands at each place.
  private func expected(_ order: DatasetJoin.Order) throws -> [(dataset: Int, item: UInt64)] {
    let counts: [UInt64] = [23, 9, 50]
    if order == .interleaved {
      return try #require(Mixture(weights: counts)).sources(0..<82)
    }
    return counts.enumerated().flatMap { dataset, count in
      (0..<count).map { (dataset, $0) }
    }
  }

  @Test(arguments: DatasetJoin.Order.allCases)
  func `every sequence and its documents are where the order says`(
    _ order: DatasetJoin.Order
  ) throws {
    try withDatasets { folder, datasets, sources in
      let manifest = try merge(datasets, order, to: folder + "/all")
      #expect(manifest.sequences == 82 && manifest.shards.count == 6)
      #expect(manifest.documents == 12 + 3 + 13 && manifest.hasProvenance)
      #expect(manifest.order == (order == .interleaved ? "interleaved" : "natural"))
      let target = try InspectionTarget.open(folder + "/all")
      let inputs = try (0..<3).map { try InspectionTarget.open("\(folder)/\($0)") }
      for (place, wanted) in try self.expected(order).enumerated() {
        let (ids, was) = (
          try target.ids(of: UInt64(place)), try inputs[wanted.dataset].ids(of: wanted.item)
        )
        #expect(ids == was)
        let (traced, before) = (
          try target.trace(UInt64(place)), try inputs[wanted.dataset].trace(wanted.item)
        )
        #expect(traced.map(\.origin) == before.map(\.origin))
        #expect(traced.map(\.offset) == before.map(\.offset))
      }
      let problems = try InspectionTarget.problems(folder + "/all", threads: 2)
      #expect(problems == [])
    }
  }

  @Test func `a document is found in all the datasets that had it`() throws {
    try withDatasets { folder, datasets, _ in
      try merge(datasets, .concatenated, to: folder + "/all")
      let target = try InspectionTarget.open(folder + "/all")
      let found = try target.sequences(holding: "document-2", threads: 1)
      let expected: [UInt64] = [4, 5, 29, 30, 31, 40, 41, 42, 43]
      #expect(found == expected)
      // Merged again, it is still found.
      let again = try Dataset.open(folder + "/all")
      try merge([again, datasets[1]], .concatenated, to: folder + "/twice")
      let twice = try InspectionTarget.open(folder + "/twice")
      let foundTwice = try twice.sequences(holding: "document-2", threads: 1)
      let more: [UInt64] = [88, 89, 90]
      #expect(foundTwice == found + more)
    }
  }

  @Test func `the number of threads changes no byte, and what is there is kept`() throws {
    try withDatasets { folder, datasets, _ in
      let one = try merge(datasets, .interleaved, to: folder + "/one", threads: 1)
      let three = try merge(datasets, .interleaved, to: folder + "/three", threads: 3)
      #expect(one == three)
      try Folder.remove(folder + "/one/00003.tok.zst")
      try Folder.remove(folder + "/one/manifest.json")
      #expect(try merge(datasets, .interleaved, to: folder + "/one") == one)
    }
  }

  @Test func `what does not fit together is refused`() throws {
    try withDatasets { folder, datasets, _ in
      let other = SampleSource(sequences: 9, length: 8, vocabulary: 100, type: .u16)
      try writeSample(other, vocabulary: 100, to: folder + "/other")
      let unlike = try Dataset.open(folder + "/other")
      #expect {
        try DatasetJoin([datasets[0], unlike], order: .interleaved)
      } throws: { error in
        "\(error)".contains("\(folder)/other has the sequence length 8, and \(folder)/0 16")
      }
    }
  }

  @Test func `the command writes a dataset, then says that it is up to date`() throws {
    try withDatasets { folder, _, _ in
      let arguments = ["\(folder)/0", "\(folder)/1", "--output", "\(folder)/all", "--json"]
      let first = try Program("merge", arguments).wait()
      #expect(first.status == 0, "\(first.errors)")
      #expect(try JSONValue.parse(first.output)["sequences"]?.int == 32)
      let second = try Program("merge", arguments).wait()
      #expect(second.status == 0 && second.errors.contains("up to date"))
      let verified = try Program.run("inspect", folder + "/all", "--verify")
      #expect(verified.status == 0)
      let refused = try Program(
        "merge", ["\(folder)/0", "--output", "\(folder)/all", "--json"]
      ).wait()
      #expect(refused.status == 1 && refused.errors.contains("--overwrite"))
    }
  }
}
