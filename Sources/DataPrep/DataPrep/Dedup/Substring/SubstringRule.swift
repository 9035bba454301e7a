import RingProtocol

/// What `cram dedup --substring` looks for: which repeated substrings count, and what goes because of them.
///
/// A byte range of a document counts when its window of `length` bytes, inside the document, occurs at another place of
/// the corpus, overlapping places included (Lee et al., "Deduplicating Training Data Makes Language Models Better",
/// ACL 2022).
public struct SubstringRule: Sendable, Equatable {
  /// What goes.
  public enum Policy: String, CaseIterable, Sendable {
    /// Every occurrence is cut out, as the paper has it.
    case all
    /// Each window's first occurrence in reading order stays, the later ones are cut out.
    case later
    /// Nothing is cut; documents go of which later occurrences cover more than the share.
    case document
  }

  /// Bytes of a window: what repeats over fewer of them does not count.
  public let length: Int
  public let policy: Policy
  /// The covered share of its bytes above which a document goes by the policy `document`.
  public let share: Double

  /// The lengths that can be looked for. Below, an anchor would be no longer than a word; above, no document is that long.
  public static let lengths = 16...(1 << 24)

  /// - Parameter length: one of `lengths`.
  public init(length: Int, policy: Policy = .all, share: Double = 0.5) {
    precondition(Self.lengths.contains(length), "\(length) bytes, expected \(Self.lengths)")
    (self.length, self.policy, self.share) = (length, policy, share)
  }

  /// The member of the report's settings.
  var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("length", .int(Int64(length))), .init("policy", .string(policy.rawValue)),
    ]
    if policy == .document { members.append(.init("share", .double(share))) }
    return .object(members)
  }

  /// Whether the first occurrence of a window is left out of what is covered.
  var keepsFirst: Bool { policy != .all }

  /// Bytes by which an anchor is known: few give few anchors (wide windows), many give few anchors that are equal by
  /// chance. Chosen by measurement on prose and code.
  var keyBytes: Int {
    length < 32 ? length / 2 : min(64, (8 + length / 4) & ~3)
  }

  /// Neighbouring positions of which at least one is an anchor: every window of `length` bytes holds that many.
  var anchorWindow: Int {
    min(AnchorSearch.windowLimit, length - keyBytes + 1)
  }
}
