import RingProtocol
import Shards
import TestSupport
import Testing

/// Where sequences come from is told by the shards alone.
struct ProvenanceTests {
  static let cases = [
    (frame: 4, shard: UInt64(10)), (frame: 64, shard: 1000), (frame: 1, shard: 3),
  ]

  @Test(arguments: cases)
  func `every sequence names its pieces`(_ shape: (frame: Int, shard: UInt64)) throws {
    try withTemporaryFolder { folder in
      let source = MixedSource(sequences: 50, seed: 3)
      let description = sampleDescription(
        of: source.sample, vocabulary: 100, frame: shape.frame, shard: shape.shard)
      try DatasetWriter(description, folder: folder, threads: 2).write(source)
      let target = try InspectionTarget.open(folder)
      for sequence in 0..<source.count {
        let traced = try target.trace(sequence)
        let expected = source.pieces[Int(sequence)]
        #expect(traced.map(\.number) == expected.map(\.document))
        #expect(traced.map(\.offset) == expected.map(\.offset))
        #expect(traced.map(\.tokens) == expected.map(\.tokens))
        #expect(traced.map(\.origin) == expected.map { SampleCatalog.origin($0.document) })
      }
      let found = try InspectionTarget.problems(folder, threads: 2)
      #expect(found == [])
    }
  }

  @Test(arguments: cases)
  func `every document names its sequences`(_ shape: (frame: Int, shard: UInt64)) throws {
    try withTemporaryFolder { folder in
      let source = MixedSource(sequences: 50, seed: 4)
      let description = sampleDescription(
        of: source.sample, vocabulary: 100, frame: shape.frame, shard: shape.shard)
      try DatasetWriter(description, folder: folder, threads: 1).write(source)
      let target = try InspectionTarget.open(folder)
      for document in Set(source.pieces.joined().map(\.document)) {
        let expected = source.pieces.indices.filter { sequence in
          source.pieces[sequence].contains { $0.document == document }
        }
        let found = try target.sequences(holding: "document-\(document)", threads: 2)
        #expect(found == expected.map(UInt64.init))
      }
      #expect(throws: ShardError.noDocument(path: folder, id: "document")) {
        try target.sequences(holding: "document", threads: 1)
      }
    }
  }

  @Test func `documents of every kind of name come back`() throws {
    try withTemporaryFolder { folder in
      let names = ["", "é — 中文", "a\nb", String(repeating: "x", count: 70_000), "0", "\u{0}"]
      let catalog = NamedCatalog(names: names)
      var source = SampleSource(sequences: 18, length: 4, vocabulary: 20, type: .u32)
      source.spread = 3
      let named = NamedSource(source: source, names: catalog)
      try DatasetWriter(
        sampleDescription(of: source, vocabulary: 20), folder: folder, threads: 1
      ).write(named)
      let target = try InspectionTarget.open(folder)
      for (number, name) in names.enumerated() {
        let traced = try target.trace(UInt64(3 * number))
        #expect(traced.map(\.origin.id) == [name])
        #expect(traced.map(\.origin.source) == [number == 0 ? nil : "source \(number)"])
      }
    }
  }

  @Test func `without provenance nothing of it is written`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 100, type: .u16)
      var description = sampleDescription(of: source, vocabulary: 100)
      description.hasProvenance = false
      let manifest = try DatasetWriter(description, folder: folder, threads: 1).write(source)
      #expect(!manifest.hasProvenance && manifest.provenanceBytes == 0)
      let shard = try ShardReader(folder + "/00000.tok.zst")
      #expect(!shard.hasProvenance && shard.documents == 4)
      let packing = try shard.packing()
      #expect(packing?.sources == [])
      let target = try InspectionTarget.open(folder)
      #expect(throws: ShardError.noProvenance(path: folder)) { try target.trace(0) }
      let bytes = String(decoding: try InputFile.bytes(of: shard.path), as: UTF8.self)
      #expect(!bytes.contains("document-"))
    }
  }

  @Test func `packing is summed up as a plain count does`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 23, length: 16, vocabulary: 100, type: .u16)
      let manifest = try writeSample(source, vocabulary: 100, to: folder, shard: 100)
      let packing = try #require(manifest.distributions?.packing)
      #expect(packing.sequencesByPieces[1] == 23 && packing.piecesPerSequence == 1)
      // Every sequence follows the one before: natural order.
      #expect(packing.followers == 22 && packing.longestRise == 23)
      let shard = try ShardReader(folder + "/00000.tok.zst")
      let summary = try #require(try shard.packing())
      #expect(summary.sources == ["even", "b/c.jsonl.zst", "a.jsonl"])
      let sums = summary.tokensByPart.map { $0.reduce(0, +) }
      #expect(sums == [64, 64, 64, 64, 64, 48])
      let even = (0..<23).count { $0 / 3 % 2 == 0 } * 16
      #expect(summary.tokensByPart.reduce(0) { $0 + $1[0] } == UInt64(even))
    }
  }

  @Test func `an unfinished shard of other origins is not kept`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 10, length: 16, vocabulary: 100, type: .u16)
      let description = sampleDescription(of: source, vocabulary: 100)
      let other = NamedSource(source: source, names: NamedCatalog(names: ["a", "b", "c", "d"]))
      try DatasetWriter(description, folder: folder, threads: 1).write(other)
      try DatasetWriter(description, folder: folder, threads: 1).write(source)
      let traced = try InspectionTarget.open(folder).trace(0)
      #expect(traced.map(\.origin.id) == ["document-0"])
    }
  }
}

/// Sequences of several pieces each, with gaps, in no order.
private struct MixedSource: SequenceSource {
  let sample: SampleSource
  let pieces: [[DocumentPiece]]

  init(sequences: Int, seed: UInt64) {
    sample = SampleSource(sequences: sequences, length: 16, vocabulary: 100, type: .u16)
    var random = SeededNumbers(seed)
    pieces = (0..<sequences).map { _ in
      var room: UInt32 = 16
      var row: [DocumentPiece] = []
      while room > 3, random.next() % 4 != 0 {
        let gap = UInt32(random.next() % 3)
        let tokens = UInt32(random.next() % UInt64(room - gap)) + 1
        let piece = DocumentPiece(
          document: random.next() % 9, offset: random.next() % 1000, gap: gap,
          tokens: min(tokens, room - gap))
        row.append(piece)
        room -= piece.gap + piece.tokens
      }
      return row
    }
  }

  var count: UInt64 { sample.count }
  var hasOrigins: Bool { true }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { SampleCatalog() }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    _ = try sample.fill(range, into: destination)
    var result = SequencePieces()
    for sequence in range { result.append(pieces[Int(sequence)]) }
    return result
  }
}

private struct NamedCatalog: DocumentCatalog {
  let names: [String]

  func origins(of numbers: [UInt64]) -> [DocumentOrigin] {
    numbers.map {
      DocumentOrigin(id: names[Int($0)], file: "f", source: $0 == 0 ? nil : "source \($0)")
    }
  }
}

/// A sample whose documents have other names.
private struct NamedSource: SequenceSource {
  let source: SampleSource
  let names: NamedCatalog

  var count: UInt64 { source.count }
  var hasOrigins: Bool { true }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { names }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    try source.fill(range, into: destination)
  }
}
