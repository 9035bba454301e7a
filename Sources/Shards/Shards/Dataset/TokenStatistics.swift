import Glibc
import RingProtocol

/// What a histogram of ids tells of a text.
public struct TokenStatistics: Sendable, Equatable {
  /// Tokens counted.
  public var tokens: UInt64
  /// Different ids that occur.
  public var distinct: Int
  /// Occurrences of the padding token.
  public var padding: UInt64
  /// Occurrences of the token for what the vocabulary cannot spell.
  public var unknown: UInt64
  /// Occurrences of all tokens with a role, the unknown one excepted.
  public var special: UInt64
  /// The least bits a token that a code of single tokens can reach: −Σ p log₂ p.
  public var entropy: Double
  public var minimumID: UInt32
  public var maximumID: UInt32

  /// Sums up `histogram`, whose places are the ids.
  public init(histogram: [UInt64], roles: SpecialRoles) {
    let total = histogram.reduce(0, +)
    func count(_ id: UInt32?) -> UInt64 {
      id.flatMap { Int($0) < histogram.count ? histogram[Int($0)] : nil } ?? 0
    }
    tokens = total
    distinct = histogram.count { $0 != 0 }
    padding = count(roles.pad)
    unknown = count(roles.unk)
    let ids = Set(roles.named.filter { $0.name != "unk" }.compactMap(\.id))
    special = ids.reduce(0) { $0 + count($1) }
    entropy = histogram.reduce(0.0) { sum, count in
      guard count != 0 else { return sum }
      let share = Double(count) / Double(total)
      return sum - share * log2(share)
    }
    minimumID = UInt32(histogram.firstIndex { $0 != 0 } ?? 0)
    maximumID = UInt32(histogram.lastIndex { $0 != 0 } ?? 0)
  }

  /// Whether `other` counts the same; the last bits of a logarithm may differ between machines.
  func agrees(with other: TokenStatistics) -> Bool {
    var same = other
    same.entropy = entropy
    return self == same && abs(entropy - other.entropy) < 1e-9
  }

  var json: JSONValue {
    [
      "distinct_ids": .int(Int64(distinct)), "padding_tokens": .unsigned(padding),
      "unknown_tokens": .unsigned(unknown), "special_tokens": .unsigned(special),
      "unigram_entropy_bits": .double(entropy), "minimum_id": .int(Int64(minimumID)),
      "maximum_id": .int(Int64(maximumID)),
    ]
  }

  init?(json: JSONValue, tokens: UInt64) {
    func number(_ key: String) -> UInt64? { json[key]?.int.flatMap { UInt64(exactly: $0) } }
    guard let distinct = number("distinct_ids"), let padding = number("padding_tokens"),
      let unknown = number("unknown_tokens"), let special = number("special_tokens"),
      let entropy = json["unigram_entropy_bits"]?.double,
      let minimum = number("minimum_id"), let maximum = number("maximum_id")
    else { return nil }
    self.tokens = tokens
    self.distinct = Int(distinct)
    (self.padding, self.unknown, self.special) = (padding, unknown, special)
    self.entropy = entropy
    minimumID = UInt32(clamping: minimum)
    maximumID = UInt32(clamping: maximum)
  }
}
