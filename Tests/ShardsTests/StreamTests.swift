import Glibc
import RingProtocol
import Shards
import Synchronization
import TestSupport
import Testing

/// The streamer and a consumer as two threads over one ring.
struct StreamTests {
  static let length = 16
  static let batch: UInt64 = 24

  /// A dataset of 1,000 sequences in several shards, and what it holds.
  private func withDataset(
    order: String = "random", sequences: Int = 1000, _ body: (String, SampleSource) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(
        sequences: sequences, length: Self.length, vocabulary: 500, type: .u16)
      var description = sampleDescription(of: source, vocabulary: 500, frame: 32, shard: 300)
      description.order = order
      try DatasetWriter(description, folder: folder + "/data", threads: 1).write(source)
      try body(folder, source)
    }
  }

  private func streamer(
    _ folder: String, epochs: UInt64? = 1, rank: UInt64 = 0, of size: UInt64 = 1, seed: UInt64 = 0
  ) throws -> Streamer {
    let dataset = try Dataset.open(folder + "/data")
    let geometry = BatchGeometry(
      batchSequences: Self.batch, rank: rank, worldSize: size, sequencesPerEpoch: dataset.sequences,
      epochs: epochs)
    return Streamer(dataset, plan: .init(geometry: geometry, seed: seed, grace: .seconds(60)))
  }

  /// Runs a streamer on a thread of its own until its end.
  private func streaming(
    _ streamer: Streamer, _ folder: String, from start: UInt64 = 0, flag: CancellationFlag? = nil,
    afterConsumer: Bool = false,
    expecting: @escaping @Sendable (Result<Streamer.Summary, any Error>) -> Void = {
      #expect((try? $0.get())?.end == .released)
    }
  ) throws -> WorkerThread {
    let producer = Mutex<RingProducer?>(
      try RingProducer(
        name: "s", directory: RingDirectory(memory: folder, files: nil), header: streamer.header,
        startingAt: start, cancellation: flag))
    return WorkerThread {
      guard let producer = producer.withLock({ $0.take() }) else { return }
      while afterConsumer, !producer.consumerIsAlive { usleep(1000) }
      do { expecting(.success(try streamer.run(producer, flag: flag))) } catch {
        expecting(.failure(error))
      }
    }
  }

  private func consumer(_ folder: String, from start: UInt64? = nil) throws -> RingConsumer {
    try RingConsumer(
      attaching: "s", directory: RingDirectory(memory: folder, files: nil), startingAt: start)
  }

  /// The sequences that a consumer gets, by position, until the end or `limit` batches.
  private func collect(
    _ consumer: inout RingConsumer, limit: Int = .max
  ) throws -> [(position: UInt64, bytes: [UInt8])] {
    var found: [(UInt64, [UInt8])] = []
    var taken = 0
    while taken < limit, let batch = try consumer.next() {
      for row in 0..<batch.count {
        let bytes = batch.tokens[row * Self.length * 2..<(row + 1) * Self.length * 2]
        found.append((batch.firstPosition + UInt64(row), Array(bytes)))
      }
      consumer.release(batch)
      taken += 1
    }
    return found
  }

  @Test func `an epoch is what was written, in its order`() throws {
    try withDataset { folder, source in
      let thread = try streaming(try streamer(folder), folder)
      var consumer = try consumer(folder)
      let found = try collect(&consumer)
      thread.join()
      #expect(found.map(\.position) == Array(0..<1000))
      #expect(found.flatMap(\.bytes) == source.bytes(of: 0..<1000))
      #expect(try Folder.entries(of: folder) == ["data"])
    }
  }

  @Test(arguments: ["random", "natural"])
  func `later epochs follow their order, from any position`(order: String) throws {
    try withDataset(order: order) { folder, source in
      let places = try Dataset.open(folder + "/data").order(seed: 9)
      for start in [0, 999, 1000, 1500, 2999] as [UInt64] {
        let thread = try streaming(try streamer(folder, epochs: 3, seed: 9), folder, from: start)
        var consumer = try consumer(folder)
        let found = try collect(&consumer)
        thread.join()
        #expect(found.map(\.position) == Array(start..<3000))
        for (position, bytes) in found {
          let sequence = places.place(of: position).sequence
          #expect(bytes == source.bytes(of: sequence..<sequence + 1))
        }
      }
    }
  }

  @Test(arguments: [1, 2, 4, 8] as [UInt64])
  func `a stream resumed at random cuts by any number of ranks is the whole stream`(size: UInt64)
    throws
  {
    try withDataset { folder, source in
      let places = try Dataset.open(folder + "/data").order(seed: 0)
      var found: [UInt64: [UInt8]] = [:]
      for rank in 0..<size {
        let thread = try streaming(try streamer(folder, epochs: 2, rank: rank, of: size), folder)
        var position: UInt64? = nil
        var random = SeededNumbers(5)
        while position ?? 0 < 2000 {
          // Every rank is cut at the same batches, as ranks of one training run are.
          var consumer = try consumer(folder, from: position)
          var base = position ?? 0
          for _ in 0...random.next() % 20 {
            guard let batch = try consumer.next() else {
              base = 2000
              break
            }
            for row in 0..<batch.count {
              let bytes = batch.tokens[row * Self.length * 2..<(row + 1) * Self.length * 2]
              #expect(
                found.updateValue(Array(bytes), forKey: batch.firstPosition + UInt64(row)) == nil)
            }
            base = batch.nextPosition
            // The last batch stays unreleased: its successor passes over it.
          }
          position = base
        }
        var last = try consumer(folder, from: 2000)
        #expect(try collect(&last).isEmpty)
        thread.join()
      }
      #expect(found.count == 2000)
      for (position, bytes) in found {
        let sequence = places.place(of: position).sequence
        #expect(bytes == source.bytes(of: sequence..<sequence + 1))
      }
    }
  }

  @Test func `a mix takes each dataset in its own order and share, from any position`() throws {
    try withDataset { folder, source in
      let other = SampleSource(sequences: 300, length: Self.length, vocabulary: 400, type: .u16)
      var description = sampleDescription(of: other, vocabulary: 500, frame: 32, shard: 300)
      description.order = "random"
      try DatasetWriter(description, folder: folder + "/other", threads: 1).write(other)
      let datasets = try ["/data", "/other"].map { try Dataset.open(folder + $0) }
      let data = try StreamData(datasets, mixture: #require(Mixture(weights: [2, 3])))
      #expect(data.sequences == 1300 && data.fingerprint != datasets[0].manifest.fingerprint)
      let geometry = BatchGeometry(
        batchSequences: Self.batch, sequencesPerEpoch: data.sequences, epochs: 2)
      let plan = Streamer.Plan(geometry: geometry, seed: 4, grace: .seconds(60))
      for start in [0, 1, 777, 1300, 2599] as [UInt64] {
        let thread = try streaming(Streamer(data, plan: plan), folder, from: start)
        var consumer = try consumer(folder)
        let found = try collect(&consumer)
        thread.join()
        #expect(found.map(\.position) == Array(start..<2600))
        for (position, bytes) in found {
          let place = data.place(of: position, seed: 4)
          let from = [source, other][place.dataset]
          #expect(bytes == from.bytes(of: place.sequence..<place.sequence + 1))
        }
      }
      // The second has 300 sequences and gives three of five: it is in its sixth epoch at the end.
      #expect(
        data.place(of: 2599, seed: 4).dataset == 1 || data.place(of: 2599, seed: 4).epoch == 1)
      #expect((2590..<2600).contains { data.place(of: $0, seed: 4).epoch == 5 })
    }
  }

  @Test func `a mix of unlike datasets is refused by name`() throws {
    try withTemporaryFolder { folder in
      let source = SampleSource(sequences: 40, length: 16, vocabulary: 500, type: .u16)
      for (name, vocabulary) in [("a", 500), ("b", 600)] {
        let description = sampleDescription(
          of: source, vocabulary: vocabulary, frame: 32, shard: 300)
        try DatasetWriter(description, folder: "\(folder)/\(name)", threads: 1).write(source)
      }
      let datasets = try ["a", "b"].map { try Dataset.open("\(folder)/\($0)") }
      let mixture = try #require(StreamData.mixture(bySize: datasets))
      let error = #expect(throws: StreamDataError.self) {
        try StreamData(datasets, mixture: mixture)
      }
      #expect(error?.folder == "\(folder)/b" && error?.field == "vocabulary size")
    }
  }

  @Test
  func `a damaged frame is named before a wrong token goes out, and the consumer hears of it`()
    throws
  {
    try withDataset { folder, source in
      let shard = folder + "/data/" + DatasetWriter.fileName(ofShard: 2)
      let file = open(shard, O_RDWR)
      var byte: UInt8 = 0
      pread(file, &byte, 1, 5000)
      byte ^= 4
      pwrite(file, &byte, 1, 5000)
      close(file)
      // A ring that fails before anybody has come is gone, and would be waited for.
      let thread = try streaming(try streamer(folder), folder, afterConsumer: true) { result in
        guard case .failure(let error as ShardError) = result else {
          Issue.record("\(result)")
          return
        }
        #expect(error.path == shard)
      }
      var consumer = try consumer(folder)
      var found: [(position: UInt64, bytes: [UInt8])] = []
      let error = ringError { () throws(RingError) in
        while let batch = try consumer.next() {
          found.append((batch.firstPosition, Array(batch.tokens)))
          consumer.release(batch)
        }
      }
      thread.join()
      guard case .failed(_, let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.contains(DatasetWriter.fileName(ofShard: 2)))
      #expect(found.count <= 600 / Int(Self.batch))
      for (position, bytes) in found {
        #expect(bytes == source.bytes(of: position..<position + Self.batch))
      }
      #expect(try Folder.entries(of: folder) == ["data"])
    }
  }

  @Test func `a signal ends a stream without its ring, and the consumer takes what is there`()
    throws
  {
    try withDataset { folder, _ in
      let flag = CancellationFlag()
      let thread = try streaming(try streamer(folder, epochs: nil), folder, flag: flag) { result in
        guard case .failure(RingError.cancelled(SIGTERM)) = result else {
          Issue.record("\(result)")
          return
        }
      }
      var consumer = try consumer(folder)
      _ = try collect(&consumer, limit: 3)
      flag.cancel(signal: SIGTERM)
      thread.join()
      #expect(try Folder.entries(of: folder) == ["data"])
      var last: UInt64 = 0
      let error = ringError { () throws(RingError) in
        while let batch = try consumer.next() {
          last = batch.number
          consumer.release(batch)
        }
      }
      #expect(error == .interrupted(name: "s", taken: last + 1))
    }
  }

  @Test func `the header says what the trainer needs`() throws {
    try withDataset { folder, _ in
      let header = try streamer(folder, epochs: 4, rank: 1, of: 2, seed: 3).header
      let manifest = try Dataset.open(folder + "/data").manifest
      #expect(header.fingerprint == manifest.fingerprint)
      #expect(
        header.sequenceLength == 16 && header.tokenType == .u16 && header.vocabularySize == 500)
      #expect(header.specials == .init(pad: 0, unk: 1, sep: 3))
      #expect(header.sequencesPerEpoch == 1000 && header.epochs == 4 && header.seed == 3)
      #expect(header.slotSequences == 12)
    }
  }
}

/// What `body` throws, nil where it does not.
private func ringError(_ body: () throws(RingError) -> Void) -> RingError? {
  do throws(RingError) {
    try body()
    return nil
  } catch { return error }
}
