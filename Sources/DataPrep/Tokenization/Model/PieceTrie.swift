/// The pieces of a vocabulary as a tree of characters, for the longest piece that a word begins with.
///
/// All edges lie in one hash table of (node, character): a step down the tree is one cache line. Building is
/// O(characters of all pieces).
struct PieceTrie: Sendable {
  private static let root: UInt32 = 0
  private static let none = UInt32.max
  private static let free = UInt64.max

  /// A step down the tree.
  private struct Edge {
    /// The upper node and the character, or `free`.
    var key: UInt64
    /// The lower node.
    var node: UInt32
    /// The piece that ends there, or `none`.
    var piece: UInt32
  }

  private var edges: [Edge]
  private var edgeCount = 0
  private var nodeCount: UInt32 = 1

  init() {
    edges = Self.empty(64)
  }

  private static func empty(_ count: Int) -> [Edge] {
    Array(repeating: Edge(key: free, node: 0, piece: none), count: count)
  }

  /// Adds `piece`, which is not empty, as piece number `id`; of two equal ones the later stays.
  mutating func insert(_ piece: some Sequence<UInt32>, id: UInt32) {
    var node = Self.root
    var last: Int?
    for scalar in piece {
      let slot = slotOfEdge(from: node, scalar)
      (node, last) = (edges[slot].node, slot)
    }
    if let last { edges[last].piece = id }
  }

  /// The longest piece with which `word` begins at `start`, and where it ends.
  func longest(
    in word: UnsafeBufferPointer<TracedScalar>, from start: Int
  ) -> (id: UInt32, end: Int)? {
    edges.withUnsafeBufferPointer { edges in
      var found: (UInt32, Int)?
      var node = Self.root
      var position = start
      while position < word.count {
        let edge = edges[Self.slot(Self.key(node, word[position].scalar), in: edges)]
        guard edge.key != Self.free else { break }
        position += 1
        node = edge.node
        if edge.piece != Self.none { found = (edge.piece, position) }
      }
      return found
    }
  }

  private static func key(_ node: UInt32, _ scalar: UInt32) -> UInt64 {
    UInt64(node) << 21 | UInt64(scalar)
  }

  /// Where the edge with `key` lies, or would lie.
  private static func slot(_ key: UInt64, in edges: UnsafeBufferPointer<Edge>) -> Int {
    let mask = edges.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while edges[slot].key != key, edges[slot].key != free { slot = (slot + 1) & mask }
    return slot
  }

  /// The slot of an edge, which is made if it is missing.
  private mutating func slotOfEdge(from node: UInt32, _ scalar: UInt32) -> Int {
    if edgeCount * 2 >= edges.count { grow() }
    let key = Self.key(node, scalar)
    let slot = edges.withUnsafeBufferPointer { Self.slot(key, in: $0) }
    if edges[slot].key == Self.free {
      edges[slot] = Edge(key: key, node: nodeCount, piece: Self.none)
      nodeCount += 1
      edgeCount += 1
    }
    return slot
  }

  private mutating func grow() {
    let old = edges
    edges = Self.empty(old.count * 2)
    for edge in old where edge.key != Self.free {
      let slot = edges.withUnsafeBufferPointer { Self.slot(edge.key, in: $0) }
      edges[slot] = edge
    }
  }
}
