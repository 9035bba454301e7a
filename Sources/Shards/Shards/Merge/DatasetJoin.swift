import RingProtocol

/// Several datasets that can become one: of the same tokenizer, token type and sequence length.
public struct DatasetJoin: Sendable {
  /// In which order the sequences of the inputs follow each other.
  public enum Order: String, Sendable, CaseIterable {
    /// By turns, each input in its own order and all evenly, so that every part of the result holds its share of each.
    case interleaved
    /// One input after the other.
    case concatenated
  }

  let datasets: [Dataset]
  let order: Order

  /// - Throws: `ShardError.unlike` where two inputs do not fit together.
  public init(_ datasets: [Dataset], order: Order) throws(ShardError) {
    let first = datasets[0]
    for other in datasets.dropFirst() {
      let (one, two) = (first.manifest, other.manifest)
      let facts = [
        ("tokenizer", one.tokenizerSHA256, two.tokenizerSHA256),
        ("token type", one.tokenType.rawValue, two.tokenType.rawValue),
        ("sequence length", "\(one.sequenceLength)", "\(two.sequenceLength)"),
        ("vocabulary size", "\(one.vocabularySize)", "\(two.vocabularySize)"),
      ]
      if let fact = facts.first(where: { $0.1 != $0.2 }) {
        throw .unlike(
          path: other.folder, other: first.folder, fact: fact.0, found: fact.2, wanted: fact.1)
      }
    }
    (self.datasets, self.order) = (datasets, order)
  }

  /// Sequences of all inputs.
  public var sequences: UInt64 { datasets.reduce(0) { $0 + $1.sequences } }

  /// The order of the result as its manifest names it: that of all inputs, where joining keeps it.
  var orderName: String {
    let names = Set(datasets.map(\.manifest.order))
    guard names.count == 1, let name = names.first else { return order.rawValue }
    return (name == "natural") == (order == .concatenated) || datasets.count == 1
      ? name : order.rawValue
  }

  /// What decides the result besides its content, as `report.json` states it.
  public var settings: JSONValue {
    [
      "order": .string(order.rawValue),
      "inputs": .array(datasets.map { .string($0.manifest.fingerprint) }),
    ]
  }

  /// Whether every input tells where its documents come from.
  public var hasProvenance: Bool { datasets.allSatisfy(\.manifest.hasProvenance) }

  /// The dataset that comes out, to be written with the frames, codec and level of the first input.
  public func description(keepingProvenance: Bool, shardSequences: UInt64) -> DatasetDescription {
    let first = datasets[0].manifest
    let documents = datasets.reduce(0) { $0 + $1.manifest.documents }
    return DatasetDescription(
      tokenType: first.tokenType, sequenceLength: first.sequenceLength,
      vocabularySize: first.vocabularySize, frameSequences: first.frameSequences,
      shardSequences: shardSequences, codec: first.codec, level: first.level,
      parityGroup: first.parityGroup, hasProvenance: keepingProvenance && hasProvenance,
      order: orderName, seed: first.seed, side: "merged", documents: documents,
      documentLengths: lengths, charactersPerToken: charactersPerToken,
      specialTokens: first.specialTokens, roles: first.roles,
      tokenizerSHA256: first.tokenizerSHA256, recipeSHA256: SHA256.hex(of: settings.serialized()))
  }

  private var lengths: LengthDistribution? {
    var sum = LengthDistribution()
    for dataset in datasets {
      guard let lengths = dataset.manifest.distributions?.documentLengths else { return nil }
      sum.add(lengths)
    }
    return sum
  }

  private var charactersPerToken: Double? {
    var sum = 0.0
    for dataset in datasets {
      guard let rate = dataset.manifest.distributions?.charactersPerToken else { return nil }
      sum += rate * Double(dataset.manifest.tokens)
    }
    return sum / datasets.reduce(0.0) { $0 + Double($1.manifest.tokens) }
  }
}
