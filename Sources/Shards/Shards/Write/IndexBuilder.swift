import RingProtocol

/// What a shard's index is made of, gathered frame by frame.
struct IndexBuilder {
  let header: ShardHeader
  private(set) var records: [FrameRecord] = []
  /// How often each id occurs in the frames so far.
  private(set) var histogram: [UInt64]
  private var frames: [SequencePieces] = []
  private var documents: [ClosedRange<UInt64>] = []
  private var counter = PackingCounter()

  init(header: ShardHeader) {
    self.header = header
    histogram = Array(repeating: 0, count: header.vocabularySize)
  }

  /// Adds the next frame.
  mutating func append(
    _ record: FrameRecord, histogram counts: [UInt32], pieces: SequencePieces,
    documents: DocumentSet
  ) {
    records.append(record)
    counter.add(pieces)
    self.documents += documents.ranges
    frames.append(pieces)
    for (id, count) in counts.enumerated() where count != 0 { histogram[id] += UInt64(count) }
  }

  /// Everything but parity, and how documents lie.
  ///
  /// - Parameter catalog: where documents come from; nil: their origins are left out.
  func sections(
    catalog: (any DocumentCatalog)?, threads: Int
  ) throws -> (sections: [ShardIndex.Section], packing: PackingSummary) {
    let numbers = DocumentSet(documents).numbers
    var sections: [ShardIndex.Section] = [
      .init(kind: .frames, content: ShardIndex.bytes(of: records)),
      .init(kind: .histogram, content: ShardIndex.bytes(of: histogram)),
      .init(kind: .documents, content: ShardIndex.bytes(of: UInt64(numbers.count))),
    ]
    var packing = counter.summary
    if let catalog {
      let table = DocumentPlaces(numbers)
      let (origins, groups) = try originSection(numbers, catalog, threads: threads)
      let (pieces, rows) = pieceSection(table, groups, threads: threads)
      packing.sources = groups.names
      packing.tokensByPart = rows
      sections.append(.init(kind: .origins, content: origins))
      sections.append(.init(kind: .pieces, content: pieces))
    }
    sections.append(.init(kind: .packing, content: packing.encoded()))
    return (sections, packing)
  }

  private func originSection(
    _ numbers: [UInt64], _ catalog: any DocumentCatalog, threads: Int
  ) throws -> (section: [UInt8], groups: SourceGroups) {
    let size = OriginBlock.documents
    var blocks: [BlockedSection.PackedBlock] = []
    var counter = SourceCounter()
    try OrderedMap.run(
      count: (numbers.count + size - 1) / size, threads: threads, makeWorker: { 0 },
      produce: { _, block throws(any Error) in
        let part = numbers[block * size..<min((block + 1) * size, numbers.count)]
        let origins = try catalog.origins(of: Array(part))
        let packed = BlockedSection.pack(OriginBlock.encoded(part, origins))
        return (packed, origins.map(\.group))
      },
      consume: { _, result throws(any Error) in
        blocks.append(result.0)
        for group in result.1 { counter.add(group) }
      })
    let section = BlockedSection.encoded(
      records: UInt64(numbers.count), blockRecords: size, blocks: blocks)
    return (section, counter.groups())
  }

  private func pieceSection(
    _ table: DocumentPlaces, _ groups: SourceGroups, threads: Int
  ) -> (section: [UInt8], tokens: [[UInt64]]) {
    var blocks: [BlockedSection.PackedBlock] = []
    var rows: [[UInt64]] = []
    let frames = frames
    OrderedMap.run(
      count: frames.count, threads: threads, makeWorker: { 0 },
      produce: { _, frame throws(Never) in
        let plain = PieceBlock.encoded(frames[frame], place: { UInt64(table.place(of: $0)) })
        var row = [UInt64](repeating: 0, count: groups.names.count + 1)
        for piece in frames[frame].pieces {
          row[groups.indices[table.place(of: piece.document)]] += UInt64(piece.tokens)
        }
        return (BlockedSection.pack(plain), row)
      },
      consume: { _, result throws(Never) in
        blocks.append(result.0)
        rows.append(result.1)
      })
    let section = BlockedSection.encoded(
      records: header.sequences, blockRecords: header.frameSequences, blocks: blocks)
    return (section, rows)
  }
}

/// Where documents stand in a shard's table.
private struct DocumentPlaces: Sendable {
  private let numbers: [UInt64]

  init(_ numbers: [UInt64]) {
    self.numbers = numbers
  }

  func place(of number: UInt64) -> Int {
    // Often they have no gaps.
    if let first = numbers.first, Int(number - first) < numbers.count,
      numbers[Int(number - first)] == number
    {
      return Int(number - first)
    }
    var (low, high) = (0, numbers.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// The sources that are told apart, and for each document of a table which it is.
private struct SourceGroups: Sendable {
  var names: [String]
  /// Places in `names`; their count stands for all others.
  var indices: [Int]
}

/// Counts documents by source, in the order of their table.
private struct SourceCounter {
  private var places: [String: Int] = [:]
  private var names: [String] = []
  private var counts: [Int] = []
  private var documents: [Int] = []

  mutating func add(_ name: String) {
    let place = places[name] ?? names.count
    if place == names.count {
      places[name] = place
      names.append(name)
      counts.append(0)
    }
    counts[place] += 1
    documents.append(place)
  }

  /// Those with most documents, of equal ones those that came first.
  func groups() -> SourceGroups {
    let ranked = names.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let chosen = Array(ranked.prefix(PackingSummary.maximumSources))
    var rank = [Int](repeating: chosen.count, count: names.count)
    for (place, name) in chosen.enumerated() { rank[name] = place }
    return SourceGroups(names: chosen.map { names[$0] }, indices: documents.map { rank[$0] })
  }
}
