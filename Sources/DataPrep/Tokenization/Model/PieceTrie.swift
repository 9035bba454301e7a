/// The pieces of a vocabulary as a tree of characters, for the longest piece that a word begins with.
///
/// All edges lie in one hash table of (node, character). Building is O(characters of all pieces).
struct PieceTrie: Sendable {
  static let root: UInt32 = 0
  private static let none = UInt32.max
  private static let free = UInt64.max

  /// The piece that ends at a node, or `none`.
  private var pieces: [UInt32] = [none]
  private var keys: [UInt64] = Array(repeating: free, count: 64)
  private var children: [UInt32] = Array(repeating: 0, count: 64)
  private var edgeCount = 0

  /// Adds `piece` as piece number `id`; of two equal ones the later stays.
  mutating func insert(_ piece: some Sequence<UInt32>, id: UInt32) {
    var node = Self.root
    for scalar in piece {
      if let child = child(of: node, scalar) {
        node = child
      } else {
        node = addChild(of: node, scalar)
      }
    }
    pieces[Int(node)] = id
  }

  /// The longest piece with which `word` begins at `start`, and where it ends.
  func longest(
    in word: UnsafeBufferPointer<TracedScalar>, from start: Int
  ) -> (id: UInt32, end: Int)? {
    var found: (UInt32, Int)?
    var node = Self.root
    var position = start
    while position < word.count, let next = child(of: node, word[position].scalar) {
      position += 1
      node = next
      if pieces[Int(node)] != Self.none { found = (pieces[Int(node)], position) }
    }
    return found
  }

  private func child(of node: UInt32, _ scalar: UInt32) -> UInt32? {
    let key = UInt64(node) << 21 | UInt64(scalar)
    var slot = slotIndex(key)
    while keys[slot] != key {
      if keys[slot] == Self.free { return nil }
      slot = (slot + 1) & (keys.count - 1)
    }
    return children[slot]
  }

  private mutating func addChild(of node: UInt32, _ scalar: UInt32) -> UInt32 {
    if edgeCount * 2 >= keys.count { grow() }
    let child = UInt32(pieces.count)
    pieces.append(Self.none)
    place(UInt64(node) << 21 | UInt64(scalar), child)
    edgeCount += 1
    return child
  }

  private mutating func place(_ key: UInt64, _ child: UInt32) {
    var slot = slotIndex(key)
    while keys[slot] != Self.free { slot = (slot + 1) & (keys.count - 1) }
    keys[slot] = key
    children[slot] = child
  }

  private mutating func grow() {
    let (oldKeys, oldChildren) = (keys, children)
    keys = Array(repeating: Self.free, count: oldKeys.count * 2)
    children = Array(repeating: 0, count: oldKeys.count * 2)
    for (key, child) in zip(oldKeys, oldChildren) where key != Self.free { place(key, child) }
  }

  private func slotIndex(_ key: UInt64) -> Int {
    Int((key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (keys.count - 1)
  }
}
