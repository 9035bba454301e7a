import CTextKernels
import RingProtocol

/// Finds what repeats around the anchors of a range of keys. One for each thread.
final class RepeatMatcher {
  private let rule: SubstringRule
  private let texts: CorpusTexts
  private let isInMemory: Bool
  private let memory: Int
  private let cancellation: CancellationFlag?
  private var resolver: GroupResolver
  private var members: [AnchorMember] = []
  private var groupEnds: [Int] = []
  /// Where surroundings are copied to that are not in memory.
  private let arena = SurroundingsArena()
  private var ranges: [CoveredRange] = []
  private var passages = PassageList()

  private let reach: Int
  /// The place of a text that is not fetched yet.
  private let nowhere = UnsafePointer<UInt8>(bitPattern: 1)!
  /// Members looked at together where their texts are in memory: enough to have their texts fetched meanwhile.
  private static let membersAtOnce = 1024

  /// - Parameter memory: bytes for copies of texts that are not in memory.
  init(_ rule: SubstringRule, texts: CorpusTexts, memory: Int, cancellation: CancellationFlag?) {
    (self.rule, self.texts, self.memory) = (rule, texts, memory)
    self.cancellation = cancellation
    isInMemory = texts.isInMemory
    resolver = GroupResolver(rule)
    reach = rule.length - rule.keyBytes
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
    let isFull =
      isInMemory
      ? members.count >= Self.membersAtOnce
      : members.count * (rule.length + reach + MemoryLayout<AnchorMember>.stride) >= memory
    if isFull { try resolve(body) }
  }

  private func resolve(_ body: (UnsafeBufferPointer<CoveredRange>) throws -> Void) throws {
    try cancellation?.check()
    if !isInMemory { try arena.gather(&members, from: texts) }
    members.withUnsafeBufferPointer { members in
      var begin = 0
      for end in groupEnds {
        let first = ranges.count
        let covered = resolver.resolve(
          UnsafeBufferPointer(rebasing: members[begin..<end]), into: &ranges)
        if covered > 0 { passages.add(count: covered, ranges[first]) }
        begin = end
      }
    }
    try ranges.withUnsafeBufferPointer(body)
    ranges.removeAll(keepingCapacity: true)
    members.removeAll(keepingCapacity: true)
    groupEnds.removeAll(keepingCapacity: true)
  }
}
