import RingProtocol

/// What one run of `cram dedup` is asked to find.
public struct DedupPlan: Sendable {
  /// Other text that documents must not share.
  public var against: AgainstSettings?
  /// Documents with the same text; nil does not look for them.
  public var exact: ExactSettings?
  /// Documents that are alike; nil does not look for them.
  public var near: NearScheme?
  /// Paragraphs that were there before.
  public var paragraph = false
  /// Lines that were there before.
  public var line = false
  /// What repeats anywhere.
  public var substring: SubstringRule?
  /// Which of copies stays.
  public var keep = Keep.first

  public init() {}

  /// Whether anything is asked for.
  public var isEmpty: Bool { modes.isEmpty }

  /// The modes in the order in which they act.
  var modes: [any DedupMode] {
    var modes: [any DedupMode] = []
    if let against { modes.append(AgainstMode(settings: against)) }
    if let exact { modes.append(DigestMode.exact(exact, keep: keep)) }
    if var near {
      near.keepsLongest = keep == .longest
      modes.append(NearMode(scheme: near))
    }
    if paragraph { modes.append(DigestMode.units(.paragraph)) }
    if line { modes.append(DigestMode.units(.line)) }
    if let substring { modes.append(SubstringMode(rule: substring)) }
    return modes
  }

  /// What the report says of it; part of what makes a result the same.
  var settings: [JSONValue.Member] {
    var settings: [JSONValue.Member] = []
    if let against { settings.append(.init("against", against.json)) }
    if let exact { settings.append(.init("exact", exact.json)) }
    if let near { settings.append(.init("near", .object(near.settings))) }
    if paragraph { settings.append(.init("paragraph", true)) }
    if line { settings.append(.init("line", true)) }
    if let substring { settings.append(.init("substring", substring.json)) }
    if exact != nil || near != nil, keep != .first {
      settings.append(.init("keep", .string(keep.rawValue)))
    }
    return settings
  }
}
