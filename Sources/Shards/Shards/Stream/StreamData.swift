import RingProtocol

/// What a stream is made of: one dataset, or several that are mixed.
///
/// Each dataset goes through its own epochs in its own order; the mix says which is next. An epoch of a mix is as many
/// sequences as all its datasets have together.
public struct StreamData: Sendable {
  public let datasets: [Dataset]
  /// Nil for one dataset.
  public let mixture: Mixture?

  /// The mixture of datasets by their sizes; those whose period would be long to walk through are rounded.
  public static func mixture(bySize datasets: [Dataset]) -> Mixture? {
    let sizes = datasets.map(\.sequences)
    let total = sizes.reduce(0.0) { $0 + Double($1) }
    guard total > Double(1 << 24) else { return Mixture(weights: sizes) }
    return Mixture(weights: sizes.map { max(1, UInt64((Double($0) / total * 65_536).rounded())) })
  }

  /// One dataset, as it is.
  public init(_ dataset: Dataset) { (datasets, mixture) = ([dataset], nil) }

  /// Several by `mixture`. Throws where they are not cut alike with the same vocabulary.
  public init(_ datasets: [Dataset], mixture: Mixture) throws(StreamDataError) {
    let first = datasets[0]
    for other in datasets.dropFirst() {
      for (field, value) in Self.kinds where value(first.manifest) != value(other.manifest) {
        throw StreamDataError(
          folder: other.folder, field: field, found: value(other.manifest),
          expected: value(first.manifest), first: first.folder)
      }
    }
    (self.datasets, self.mixture) = (datasets, datasets.count > 1 ? mixture : nil)
  }

  private static let kinds: [(String, @Sendable (Manifest) -> String)] = [
    ("token type", { "\($0.tokenType)" }), ("sequence length", { "\($0.sequenceLength)" }),
    ("tokenizer", { "\($0.tokenizerSHA256)" }), ("vocabulary size", { "\($0.vocabularySize)" }),
  ]

  /// Sequences of an epoch.
  public var sequences: UInt64 { datasets.reduce(0) { $0 + $1.sequences } }

  /// What is streamed, as one digest; a dataset alone has its own.
  public var fingerprint: String {
    guard let mixture else { return datasets[0].manifest.fingerprint }
    let lines = zip(mixture.weights, datasets).map { "\($0) \($1.manifest.fingerprint)\n" }
    return SHA256.hex(of: "cram-mix 1\n" + lines.joined())
  }

  /// Where `position` lies: which dataset, its epoch from 0, and its sequence.
  public func place(of position: UInt64, seed: UInt64) -> (
    dataset: Int, epoch: UInt64, sequence: UInt64
  ) {
    let (dataset, own) = mixture?.sources(position..<position + 1).first ?? (0, position)
    let place = datasets[dataset].order(seed: seed).place(of: own)
    return (dataset, place.epoch, place.sequence)
  }
}

/// Datasets that cannot be mixed.
public struct StreamDataError: Error, Equatable, CustomStringConvertible {
  public let folder, field, found, expected, first: String

  public var description: String {
    "\(folder): \(field) \(found), expected \(expected) as \(first) has; tokenize both with the same tokenizer and length"
  }
}

/// Reads a stream's sequences ahead of their use; a thread for each dataset.
final class StreamReading {
  private let data: StreamData
  private let sequenceBytes: Int
  private let parts: [ReadAhead]
  /// The sources of the positions from `sourcesBegin` on: many at a time, since a mixture walks to the first.
  private var sources: [(dataset: Int, item: UInt64)] = []
  private var sourcesBegin: UInt64 = 0

  private static let sourcesAhead: UInt64 = 1 << 14

  init(
    _ data: StreamData, end: UInt64, seed: UInt64, skipping: [DamageSkipping],
    counting frames: FrameCount
  ) {
    self.data = data
    sequenceBytes = data.datasets[0].manifest.sequenceBytes
    parts = data.datasets.enumerated().map { number, dataset in
      let reader = DatasetReader(
        dataset, cachedFrames: 2, skipping: skipping.isEmpty ? nil : skipping[number])
      return ReadAhead(
        order: dataset.order(seed: seed), end: data.mixture == nil ? end : BatchGeometry.limit,
        sequenceBytes: dataset.manifest.sequenceBytes,
        read: { range, target in
          try reader.read(range, into: target)
          frames.count(range, of: number)
        })
    }
  }

  func restart(at position: UInt64) {
    let positions = data.mixture?.counts(before: position) ?? [position]
    for (part, position) in zip(parts, positions) { part.restart(at: position) }
  }

  func stop() { for part in parts { part.stop() } }

  /// Copies the sequences at `positions`, which begin at or behind those copied last; see `ReadAhead`.
  func copy(
    _ positions: Range<UInt64>, into target: UnsafeMutableRawBufferPointer, flag: CancellationFlag?
  ) throws {
    guard let mixture = data.mixture else {
      return try parts[0].copy(positions, into: target, flag: flag)
    }
    for position in positions {
      let offset = Int(position - positions.lowerBound) * sequenceBytes
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: target[offset..<offset + sequenceBytes])
      let (dataset, own) = source(of: position, mixture)
      try parts[dataset].copy(own..<own + 1, into: piece, flag: flag)
    }
  }

  private func source(of position: UInt64, _ mixture: Mixture) -> (dataset: Int, item: UInt64) {
    let window = sourcesBegin..<sourcesBegin + UInt64(sources.count)
    if !window.contains(position) {
      sourcesBegin = position
      sources = mixture.sources(position..<position + Self.sourcesAhead)
    }
    return sources[Int(position - sourcesBegin)]
  }
}
