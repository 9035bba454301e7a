import CTextKernels

/// An anchor with what surrounds it.
struct AnchorMember {
  /// The anchor's first byte.
  var text: UnsafePointer<UInt8>
  /// Bytes of its document before the anchor that a window with the anchor in it can reach.
  var left: Int32
  /// Bytes of its document from the anchor on that such a window can reach.
  var right: Int32
  var position: UInt64
}

/// What of a group is covered, in whatever order its members are looked at.
struct GroupTally {
  /// Members with something covered.
  private(set) var count = 0
  /// What is covered around the first of them in reading order.
  private(set) var first: CoveredRange?
  private var position = UInt64.max

  fileprivate mutating func add(_ range: CoveredRange, around position: UInt64) {
    count += 1
    if position < self.position { (self.position, first) = (position, range) }
  }
}

/// Finds what repeats around anchors of equal keys. One for each thread.
///
/// A window that repeats holds at least one anchor whose key it shares with its copies, so that it is enough to
/// compare, anchor by anchor, the members of one group: members with l bytes in common before and r from the anchor
/// on share the windows of [a-l, a+r) when l + r reaches the window's length. Groups can be as large as the corpus (a
/// document repeated 100,000 times); work must stay linear in them:
///
/// 1. Members whose whole surroundings are equal share everything: they are covered whole, and the first of them stands for
///    all.
/// 2. Up to 32 of those that are left are compared in pairs.
/// 3. More of them are divided by where a window begins before the anchor: windows of one half of the beginnings share
///    fewer bytes around the anchor, and only members that share those are looked at together, by the same three steps.
///
/// A group that is larger than memory comes in parts, of which only the members that stand for others are held on to.
struct GroupResolver {
  private let length: Int
  private let keepsFirst: Bool
  /// The bytes before an anchor that a window can reach.
  private let reach: Int
  private var members = UnsafeBufferPointer<AnchorMember>(start: nil, count: 0)
  private var marks: [Mark] = []
  private var tally = GroupTally()
  /// Whether the group begins with what `shorten` has left of it.
  private var isShortened = false
  private var table = ClassTable()

  private static let pairsAtMost = 32
  /// Groups up to this size are compared in pairs at once.
  static let smallGroup = 4

  /// What of a member's surroundings repeats: the bytes before and from the anchor, where the earlier copy is.
  private struct Mark {
    var left: Int32 = 0
    var right: Int32 = 0
    var source = CoveredRange.noSource
  }

  init(_ rule: SubstringRule) {
    (length, keepsFirst) = (rule.length, rule.keepsFirst)
    reach = rule.length - rule.keyBytes
  }

  /// Appends what is covered around the members of one group, which come in reading order.
  mutating func resolve(
    _ group: UnsafeBufferPointer<AnchorMember>, into ranges: inout [CoveredRange]
  ) -> GroupTally {
    take(group)
    if group.count <= Self.smallGroup, !isShortened {
      for later in group.indices {
        for earlier in 0..<later { compare(earlier, later) }
      }
    } else {
      resolve(Array(group.indices), wholeReach)
    }
    for index in group.indices { conclude(index, &ranges) }
    defer {
      marks.removeAll(keepingCapacity: true)
      (tally, isShortened) = (GroupTally(), false)
    }
    return tally
  }

  /// Appends what is covered around those members of a part of a group that are copies of others.
  ///
  /// - Parameter group: more than `smallGroup` members.
  /// - Returns: the others, in order. The next part, or the rest of the group, has to begin with them.
  mutating func shorten(
    _ group: UnsafeBufferPointer<AnchorMember>, into ranges: inout [CoveredRange]
  ) -> [Int] {
    take(group)
    isShortened = true
    let kept = collapse(Array(group.indices), wholeReach)
    var next = kept.makeIterator()
    var held = next.next()
    for index in group.indices {
      if index == held { held = next.next() } else { conclude(index, &ranges) }
    }
    marks = kept.map { marks[$0] }
    return kept
  }

  private var wholeReach: Offsets { Offsets(low: 0, high: reach) }

  private mutating func take(_ group: UnsafeBufferPointer<AnchorMember>) {
    members = group
    marks.append(contentsOf: repeatElement(Mark(), count: group.count - marks.count))
  }

  private mutating func conclude(_ index: Int, _ ranges: inout [CoveredRange]) {
    let (member, mark) = (members[index], marks[index])
    guard mark.right > 0 else { return }
    let range = CoveredRange(
      start: member.position - UInt64(mark.left), end: member.position + UInt64(mark.right),
      source: mark.source)
    tally.add(range, around: member.position)
    ranges.append(range)
  }

  // MARK: Steps

  /// Where windows begin: from `low` to `high` bytes before the anchor.
  private struct Offsets {
    let low: Int
    let high: Int
  }

  private mutating func resolve(_ list: [Int], _ offsets: Offsets) {
    let different = collapse(list, offsets)
    guard different.count > Self.pairsAtMost, offsets.low < offsets.high else {
      // Of one beginning, members that differ share no window.
      if offsets.low < offsets.high { comparePairs(different) }
      return
    }
    let middle = (offsets.low + offsets.high) / 2
    divide(different, Offsets(low: offsets.low, high: middle))
    divide(different, Offsets(low: middle + 1, high: offsets.high))
  }

  /// Covers members that share all windows of these beginnings; returns those that stand for all.
  private mutating func collapse(_ list: [Int], _ offsets: Offsets) -> [Int] {
    table.prepare(for: list.count)
    var first: [Int] = []
    for index in list {
      let (left, right) = surroundings(index, offsets)
      let start = members[index].text - left
      let size = left + right
      guard size >= length else { continue }
      let hash = cram_bytes_hash(start, size) &+ UInt64(left)
      let same = table.find(hash) { other in
        let (otherLeft, otherRight) = surroundings(other, offsets)
        return left == otherLeft && right == otherRight
          && cram_common_prefix(start, members[other].text - left, size) == size
      }
      if let same {
        mark(later: index, earlier: same, left, right)
      } else {
        table.insert(hash, index)
        first.append(index)
      }
    }
    return first
  }

  /// What windows of these beginnings can reach of a member's surroundings.
  private func surroundings(_ index: Int, _ offsets: Offsets) -> (left: Int, right: Int) {
    let member = members[index]
    return (min(Int(member.left), offsets.high), min(Int(member.right), length - offsets.low))
  }

  /// Resolves those members together that share the bytes which all windows of these beginnings have.
  private mutating func divide(_ list: [Int], _ offsets: Offsets) {
    var keyed: [(hash: UInt64, index: Int)] = []
    for index in list {
      let (left, right) = surroundings(index, offsets)
      guard left + right >= length else { continue }
      let core = members[index].text - offsets.low
      keyed.append((cram_bytes_hash(core, length - (offsets.high - offsets.low)), index))
    }
    keyed.sort { ($0.hash, $0.index) < ($1.hash, $1.index) }
    var begin = 0
    while begin < keyed.count {
      var end = begin + 1
      while end < keyed.count, keyed[end].hash == keyed[begin].hash { end += 1 }
      if end - begin > 1 { resolve(keyed[begin..<end].map(\.index), offsets) }
      begin = end
    }
  }

  // MARK: Pairs

  private mutating func comparePairs(_ list: [Int]) {
    for (place, later) in list.enumerated() {
      for earlier in list[..<place] { compare(earlier, later) }
    }
  }

  private mutating func compare(_ earlier: Int, _ later: Int) {
    let (one, other) = (members[earlier], members[later])
    let right = cram_common_prefix(one.text, other.text, Int(min(one.right, other.right)))
    guard right >= length - reach else { return }
    let left = cram_common_suffix(one.text, other.text, Int(min(one.left, other.left)))
    if left + right >= length { mark(later: later, earlier: earlier, left, right) }
  }

  private mutating func mark(later: Int, earlier: Int, _ left: Int, _ right: Int) {
    let source = keepsFirst ? members[earlier].position : CoveredRange.noSource
    cover(later, left, right, source)
    if !keepsFirst { cover(earlier, left, right, source) }
  }

  private mutating func cover(_ index: Int, _ left: Int, _ right: Int, _ source: UInt64) {
    marks[index].left = max(marks[index].left, Int32(left))
    marks[index].right = max(marks[index].right, Int32(right))
    marks[index].source = min(marks[index].source, source)
  }
}

/// Finds members by a hash of their surroundings.
private struct ClassTable {
  private var slots: [(hash: UInt64, index: Int32)] = []
  private var mask = 0

  private static let empty: (hash: UInt64, index: Int32) = (0, -1)

  /// Empties the table and makes room for `count` members.
  mutating func prepare(for count: Int) {
    var size = 16
    while size < 2 * count { size *= 2 }
    mask = size - 1
    slots.removeAll(keepingCapacity: size <= 1 << 16)
    slots.append(contentsOf: repeatElement(Self.empty, count: size))
  }

  func find(_ hash: UInt64, isSame: (Int) -> Bool) -> Int? {
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].index >= 0 {
      if slots[place].hash == hash, isSame(Int(slots[place].index)) {
        return Int(slots[place].index)
      }
      place = (place + 1) & mask
    }
    return nil
  }

  mutating func insert(_ hash: UInt64, _ index: Int) {
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].index >= 0 { place = (place + 1) & mask }
    slots[place] = (hash, Int32(index))
  }
}
