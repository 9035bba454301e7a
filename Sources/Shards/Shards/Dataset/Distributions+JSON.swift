import RingProtocol

extension Manifest.Distributions {
  /// `{"sequences_by_documents", "documents_per_sequence", "followers", "longest_rise", "frequencies", "document_lengths",
  /// "characters_per_token"}`.
  public var json: JSONValue {
    [
      "sequences_by_documents": .array(packing.sequencesByPieces.map { .unsigned($0) }),
      "documents_per_sequence": .double(packing.piecesPerSequence),
      "followers": .unsigned(packing.followers),
      "longest_rise": .unsigned(packing.longestRise),
      "frequencies": frequencies.json,
      "document_lengths": documentLengths?.json ?? .null,
      "characters_per_token": charactersPerToken.map { .double($0) } ?? .null,
    ]
  }

  init?(json: JSONValue) {
    guard let counts = json["sequences_by_documents"]?.array?.compactMap(\.int),
      counts.count == PackingSummary.pieceCounts, counts.allSatisfy({ $0 >= 0 }),
      let followers = json["followers"]?.int, let longestRise = json["longest_rise"]?.int,
      let curve = json["frequencies"].flatMap({ FrequencyCurve(json: $0) })
    else { return nil }
    packing = PackingSummary()
    packing.sequencesByPieces = counts.map(UInt64.init)
    packing.followers = UInt64(clamping: followers)
    packing.longestRise = UInt64(clamping: longestRise)
    frequencies = curve
    documentLengths = json["document_lengths"].flatMap { LengthDistribution(json: $0) }
    charactersPerToken = json["characters_per_token"]?.double
  }
}

extension PackingSummary {
  /// Adds the sums of the shard behind; which sources it has is left out.
  mutating func add(_ next: PackingSummary) {
    for place in sequencesByPieces.indices {
      sequencesByPieces[place] += next.sequencesByPieces[place]
    }
    followers += next.followers
    longestRise = max(longestRise, next.longestRise)
  }
}
