import CTextKernels

/// The pieces of a vocabulary as a tree of bytes in a double array: a step down is one addition and one comparison.
///
/// Two roots: of pieces that begin a word, and of those that continue one. Building is O(bytes of all pieces) in practice,
/// and takes 12 bytes for each different beginning of a piece.
struct PieceTree: Sendable {
  /// A place that no other leads to.
  private static let free = UInt32.max
  private static let endBit: UInt32 = 1 << UInt32(CRAM_PIECE_END_SHIFT)
  /// Free places looked at before one at the array's end is taken.
  private static let mostTries = 512

  private(set) var places: [cram_piece_place] = []
  /// The id of the piece that ends at each place.
  private(set) var ids: [UInt32] = []
  /// The next free place behind each free one, and the one before it.
  private var following: [Int32] = []
  private var preceding: [Int32] = []

  private struct Key {
    let bytes: ArraySlice<UInt8>
    let id: UInt32
  }

  /// Keys that share their first `depth` bytes, which lead to `place`.
  private struct Branch {
    let place: Int
    let keys: Range<Int>
    let depth: Int
  }

  /// - Parameters:
  ///   - pieces: with their ids; of equal ones the last counts. Those that begin with `prefix` also continue a word.
  init(pieces: some Sequence<(piece: String, id: Int)>, prefix: String) {
    let all = Self.unique(pieces.map { Key(bytes: Array($0.piece.utf8)[...], id: UInt32($0.id)) })
    let prefix = Array(prefix.utf8)
    let continuing = all.filter { $0.bytes.starts(with: prefix) && $0.bytes.count > prefix.count }
    grow()
    for root in [CRAM_PIECE_BEGINNINGS, CRAM_PIECE_CONTINUATIONS] { take(Int(root)) }
    insert(all, below: Int(CRAM_PIECE_BEGINNINGS))
    insert(
      continuing.map { Key(bytes: $0.bytes.dropFirst(prefix.count), id: $0.id) },
      below: Int(CRAM_PIECE_CONTINUATIONS))
    // Whatever byte is looked for below a place, the array has one there.
    grow()
    (following, preceding) = ([], [])
  }

  /// Sorted by bytes, of equal ones the last.
  private static func unique(_ keys: [Key]) -> [Key] {
    let order = keys.indices.sorted { left, right in
      let (one, other) = (keys[left].bytes, keys[right].bytes)
      return one.lexicographicallyPrecedes(other)
        || !other.lexicographicallyPrecedes(one) && left < right
    }
    var result: [Key] = []
    for index in order where !keys[index].bytes.isEmpty {
      if result.last?.bytes == keys[index].bytes { result.removeLast() }
      result.append(keys[index])
    }
    return result
  }

  private mutating func insert(_ keys: [Key], below root: Int) {
    var waiting = [Branch(place: root, keys: keys.indices, depth: 0)]
    var next = 0
    while next < waiting.count {
      waiting += divide(waiting[next], keys)
      next += 1
    }
  }

  /// Finds places for all that is directly below a branch, and returns what is below them.
  private mutating func divide(_ branch: Branch, _ keys: [Key]) -> [Branch] {
    var rest = branch.keys
    if let first = rest.first, keys[first].bytes.count == branch.depth {
      places[branch.place].base |= Self.endBit
      ids[branch.place] = keys[first].id
      rest.removeFirst()
    }
    var groups: [(byte: UInt8, keys: Range<Int>)] = []
    for index in rest {
      let byte = keys[index].bytes[keys[index].bytes.startIndex + branch.depth]
      if groups.last?.byte == byte {
        groups[groups.count - 1].keys = groups.last!.keys.lowerBound..<index + 1
      } else {
        groups.append((byte, index..<index + 1))
      }
    }
    guard !groups.isEmpty else { return [] }
    let base = freeBase(for: groups.map(\.byte))
    places[branch.place].base |= UInt32(base)
    return groups.map { group in
      let place = base + Int(group.byte)
      take(place)
      places[place].parent = UInt32(branch.place)
      return Branch(place: place, keys: group.keys, depth: branch.depth + 1)
    }
  }

  /// A base at which the places of all `bytes`, which rise, are free.
  private mutating func freeBase(for bytes: [UInt8]) -> Int {
    let first = Int(bytes[0])
    var place = following[0]
    for _ in 0..<Self.mostTries where place >= 0 {
      let base = Int(place) - first
      if base >= 0, bytes.allSatisfy({ isFree(base + Int($0)) }) { return base }
      place = following[Int(place)]
    }
    let base = places.count
    grow()
    return base
  }

  private func isFree(_ place: Int) -> Bool {
    place < places.count && preceding[place] >= 0
  }

  /// 256 more places, all free, at the end of the list of free ones; place 0 heads the list and is never free.
  private mutating func grow() {
    let begin = places.count
    places += Array(repeating: cram_piece_place(base: 0, parent: Self.free), count: 256)
    ids += Array(repeating: 0, count: 256)
    let head = begin == 0
    var last = head ? 0 : lastFree
    following += Array(repeating: -1, count: 256)
    preceding += Array(repeating: -1, count: 256)
    for place in (head ? 1 : begin)..<places.count {
      following[last] = Int32(place)
      preceding[place] = Int32(last)
      last = place
    }
    lastFree = last
  }

  private var lastFree = 0

  private mutating func take(_ place: Int) {
    guard place > 0 else { return }
    let (before, after) = (preceding[place], following[place])
    following[Int(before)] = after
    if after >= 0 { preceding[Int(after)] = before } else { lastFree = Int(before) }
    preceding[place] = -1
  }
}
