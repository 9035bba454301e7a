/// Sets that grow together, each called by its smallest member.
///
/// - Complexity: 4 bytes a member; a look-up costs O(log *n*) at worst, and next to nothing on average.
struct UnionFind {
  private var parents: [UInt32]

  /// So many sets of one member each.
  init(count: Int) {
    precondition(count <= UInt32.max, "\(count) members")
    parents = (0..<UInt32(count)).map { $0 }
  }

  /// The smallest member of the set that `member` is in.
  mutating func root(of member: Int) -> Int {
    var member = member
    while Int(parents[member]) != member {
      let above = Int(parents[member])
      parents[member] = parents[above]
      member = above
    }
    return member
  }

  /// Makes the sets of two members one.
  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(of: a), root(of: b))
    if a < b { parents[b] = UInt32(a) } else { parents[a] = UInt32(b) }
  }
}
