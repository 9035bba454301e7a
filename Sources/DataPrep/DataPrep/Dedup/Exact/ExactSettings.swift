import RingProtocol

/// Which of documents that are copies of each other stays.
public enum Keep: String, Sendable, CaseIterable {
  /// The first in reading order.
  case first
  /// The one with the longest text in bytes; of equally long ones the first.
  case longest
}

/// How `cram dedup --exact` compares texts.
public struct ExactSettings: Sendable, Equatable {
  /// What does not matter; nothing compares byte for byte.
  public var normalization: Set<TextNormalization>

  public init(normalization: Set<TextNormalization> = []) {
    self.normalization = normalization
  }

  /// The member of the report's settings.
  var json: JSONValue {
    guard !normalization.isEmpty else { return true }
    let names = TextNormalization.allCases.filter(normalization.contains)
    return ["normalize": .array(names.map { .string($0.rawValue) })]
  }
}

/// What of a text does not matter for a comparison.
public enum TextNormalization: String, Sendable, CaseIterable {
  /// Upper and lower case: every character is lower-cased (full Unicode mapping; the final sigma is a sigma).
  case `case`
  /// White space: runs of it (Unicode White_Space) are one space, none at the ends.
  case space
  /// Punctuation: characters of the Unicode categories P are left out.
  case punctuation
}
