import CTextKernels
import RingProtocol

/// Finds what repeats around the anchors of a range of keys. One for each thread.
final class RepeatMatcher {
  private let rule: SubstringRule
  private let texts: CorpusTexts
  private let isInMemory: Bool
  private let cancellation: CancellationFlag?
  private var resolver: GroupResolver
  private var members: [AnchorMember] = []
  private var groupEnds: [Int] = []
  /// Where surroundings are copied to that are not in memory.
  private let arena = SurroundingsArena()
  private var ranges: [CoveredRange] = []
  private var passages = PassageList()

  private let reach: Int
  /// Members that fit into memory with what surrounds them.
  private let mostMembers: Int
  /// Members at which an open group is shortened: more than `mostMembers` where more of them differ.
  private var limit: Int
  /// The place of a text that is not fetched yet.
  private let nowhere = UnsafePointer<UInt8>(bitPattern: 1)!
  /// Members looked at together where their texts are in memory: enough to have their texts fetched meanwhile.
  private static let membersAtOnce = 1024

  /// - Parameter memory: bytes for the members of groups, with copies of their texts where these are not in memory.
  init(_ rule: SubstringRule, texts: CorpusTexts, memory: Int, cancellation: CancellationFlag?) {
    (self.rule, self.texts, self.cancellation) = (rule, texts, cancellation)
    isInMemory = texts.isInMemory
    resolver = GroupResolver(rule)
    reach = rule.length - rule.keyBytes
    let copied = isInMemory ? 0 : rule.length + reach
    mostMembers = max(
      GroupResolver.smallGroup + 1, memory / (MemoryLayout<AnchorMember>.stride + copied))
    limit = mostMembers
  }

  /// Hands out what is covered because of these anchors, in no particular order, and returns the passages that repeat most.
  func match(
    _ anchors: SortedRecords<AnchorRecord>,
    _ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void
  ) throws -> PassageList {
    passages = PassageList()
    var last: AnchorRecord?
    var isOpen = false
    while let anchor = try anchors.next() {
      if let earlier = last, earlier.key == anchor.key {
        if !isOpen { add(earlier) }
        isOpen = true
        add(anchor)
        if members.count >= limit { try shorten(body) }
      } else if isOpen {
        isOpen = false
        try endGroup(body)
      }
      last = anchor
    }
    if isOpen { groupEnds.append(members.count) }
    try resolve(body)
    return passages
  }

  @inline(__always)
  private func add(_ anchor: AnchorRecord) {
    let (spool, offset) = texts.place(of: anchor.position)
    let source = texts.spools[spool]
    let document = source.range(of: source.document(at: offset))
    var member = AnchorMember(
      text: nowhere, left: Int32(min(offset - document.lowerBound, reach)),
      right: Int32(min(document.upperBound - offset, rule.length)), position: anchor.position)
    if let memory = source.memory {
      member.text = memory.baseAddress!.assumingMemoryBound(to: UInt8.self) + offset
      cram_prefetch(member.text - Int(member.left))
      cram_prefetch(member.text)
      cram_prefetch(member.text + 64)
    }
    members.append(member)
  }

  private func endGroup(_ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void) throws {
    groupEnds.append(members.count)
    if members.count >= (isInMemory ? Self.membersAtOnce : mostMembers) { try resolve(body) }
  }

  /// Makes room in the midst of a group, of which only members that differ have to be there at once.
  private func shorten(_ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void) throws {
    try resolve(body)
    guard members.count > mostMembers / 2, members.count > GroupResolver.smallGroup else { return }
    let kept = members.withUnsafeBufferPointer { resolver.shorten($0, into: &ranges) }
    members = kept.map { members[$0] }
    limit = max(mostMembers, 2 * members.count)
    try handOut(body)
  }

  /// Looks at all groups that have ended; the members of an open one stay, with their texts at hand.
  private func resolve(_ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void) throws {
    try cancellation?.check()
    if !isInMemory { try arena.gather(&members, from: texts) }
    members.withUnsafeBufferPointer { members in
      var begin = 0
      for end in groupEnds {
        let tally = resolver.resolve(
          UnsafeBufferPointer(rebasing: members[begin..<end]), into: &ranges)
        if let first = tally.first { passages.add(count: tally.count, first) }
        begin = end
      }
    }
    if let end = groupEnds.last {
      members.removeFirst(end)
      groupEnds.removeAll(keepingCapacity: true)
      limit = mostMembers
    }
    try handOut(body)
  }

  private func handOut(_ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void) throws {
    try ranges.withUnsafeBufferPointer(body)
    ranges.removeAll(keepingCapacity: true)
  }
}
