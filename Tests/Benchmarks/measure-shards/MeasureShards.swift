import CramCommand
import Glibc
import RingProtocol
import Shards

/// `scripts/bench shards`: what the library does with a dataset, without start-up; one line of JSON.
@main struct MeasureShardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure-shards", abstract: "Measures reading and writing of shards.")

  enum Work: String, ExpressibleByArgument { case read, random, open, histograms, write }

  @Argument(help: "read, random, open, histograms or write.") var work: Work
  @Argument(help: "A dataset.") var dataset: String
  @Option(help: "Threads, for histograms and write.") var threads = 1
  @Option(help: "How many sequences random looks up.") var count = 2000
  @Option(help: "Where write writes.") var output = "."

  func run() throws {
    switch work {
    case .read: try read()
    case .random: try random()
    case .open: try open()
    case .histograms: try histograms()
    case .write: try write()
    }
  }

  private func tell(_ seconds: Double, _ members: [JSONValue.Member]) {
    print(JSONValue.object([.init("seconds", .double(seconds))] + members).serialized())
  }

  private func timed(_ work: () throws -> Void) rethrows -> Double {
    let begin = ContinuousClock.now
    try work()
    return (ContinuousClock.now - begin) / .seconds(1)
  }

  /// Every sequence in stored order, verified, in pieces of 256 as a streamer takes them; the sum of all ids shows that they came.
  private func read() throws {
    let opened = try Dataset.open(dataset)
    let reader = DatasetReader(opened, cachedFrames: 1)
    let width = opened.manifest.sequenceBytes
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * width, alignment: 64)
    var digest: UInt64 = 0
    let seconds = try timed {
      for begin in stride(from: 0, to: opened.sequences, by: 256) {
        let range = begin..<min(begin + 256, opened.sequences)
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(range.count * width)])
        try reader.read(range, into: part)
        digest ^= part.load(as: UInt64.self)
      }
    }
    tell(
      seconds,
      [
        .init("bytes", .unsigned(opened.sequences * UInt64(width))),
        .init("sequences", .unsigned(opened.sequences)), .init("digest", .unsigned(digest >> 1)),
      ])
  }

  /// Single sequences at random places, with no frame kept: the median and the slowest of a hundred.
  private func random() throws {
    let opened = try Dataset.open(dataset)
    let reader = DatasetReader(opened, cachedFrames: 1)
    let order = KeyedPermutation(count: opened.sequences, key: (1, 2))
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: opened.manifest.sequenceBytes, alignment: 64)
    var times: [Double] = []
    for place in 0..<min(UInt64(count), opened.sequences) {
      let sequence = order[place]
      times.append(try timed { try reader.read(sequence..<sequence + 1, into: buffer) })
    }
    times.sort()
    tell(
      times[times.count / 2], [.init("slowest_of_hundred", .double(times[times.count * 99 / 100]))])
  }

  private func open() throws {
    var shards = 0
    let seconds = try timed { shards = try Dataset.open(dataset).manifest.shards.count }
    tell(seconds, [.init("shards", .int(Int64(shards)))])
  }

  private func histograms() throws {
    var tokens: UInt64 = 0
    var shards = 0
    let seconds = try timed {
      let report = try DatasetReport(
        try InspectionTarget.open(dataset), path: dataset, threads: threads)
      tokens = report.histogram.reduce(0, +)
      shards = report.shards.count
    }
    tell(seconds, [.init("shards", .int(Int64(shards))), .init("tokens", .unsigned(tokens))])
  }

  /// The same sequences again, from memory: counted, packed, written, synchronised, read back and verified.
  private func write() throws {
    let opened = try Dataset.open(dataset)
    let source = try MemorySource(opened)
    let join = try DatasetJoin([opened], order: .concatenated)
    let writer = DatasetWriter(
      join.description(keepingProvenance: false, shardSequences: 262_144), folder: output,
      threads: threads)
    var fingerprint = ""
    let seconds = try timed { fingerprint = try writer.write(source).fingerprint }
    tell(
      seconds,
      [
        .init("bytes", .int(Int64(source.bytes.count))),
        .init("sequences", .unsigned(source.count)),
        .init("is_same", .bool(fingerprint == opened.manifest.fingerprint)),
      ])
  }
}

/// The sequences of a dataset in memory; each is a document.
private final class MemorySource: SequenceSource {
  let count: UInt64
  let bytes: [UInt8]
  private let width: Int

  init(_ dataset: Dataset) throws {
    (count, width) = (dataset.sequences, dataset.manifest.sequenceBytes)
    var bytes = [UInt8](repeating: 0, count: Int(dataset.sequences) * width)
    try bytes.withUnsafeMutableBytes {
      try DatasetReader(dataset).read(0..<dataset.sequences, into: $0)
    }
    self.bytes = bytes
  }

  var hasOrigins: Bool { false }

  func catalog(of range: Range<UInt64>) -> (any DocumentCatalog)? { nil }

  func fill(
    _ range: Range<UInt64>, into destination: UnsafeMutableRawBufferPointer
  ) throws -> SequencePieces {
    bytes.withUnsafeBytes { bytes in
      let part = bytes[Int(range.lowerBound) * width..<Int(range.upperBound) * width]
      destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    }
    var pieces = SequencePieces()
    for sequence in range {
      pieces.append(DocumentPiece(document: sequence, offset: 0, tokens: UInt32(width / 2)))
    }
    return pieces
  }
}
