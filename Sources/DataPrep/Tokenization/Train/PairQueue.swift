/// Two neighbouring symbols.
struct SymbolPair: Hashable, Comparable {
  /// The left symbol's id in the upper half, the right one's in the lower.
  var key: UInt64

  init(_ left: UInt32, _ right: UInt32) {
    key = UInt64(left) << 32 | UInt64(right)
  }

  var left: UInt32 { UInt32(key >> 32) }
  var right: UInt32 { UInt32(truncatingIfNeeded: key) }

  static func < (left: SymbolPair, right: SymbolPair) -> Bool { left.key < right.key }
}

/// Pairs waiting to be joined, the most frequent first, of equally frequent ones the smaller.
///
/// A binary heap: O(log n) a step.
struct PairQueue {
  struct Entry {
    var count: Int64
    var pair: SymbolPair
    /// Which list of words it was found in.
    var list: Int

    func precedes(_ other: Entry) -> Bool {
      count != other.count ? count > other.count : pair < other.pair
    }
  }

  private var heap: [Entry] = []

  mutating func push(_ entry: Entry) {
    heap.append(entry)
    var place = heap.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      heap[place] = heap[parent]
      place = parent
    }
    heap[place] = entry
  }

  mutating func pop() -> Entry? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { sink(last) }
    return top
  }

  private mutating func sink(_ entry: Entry) {
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(entry) else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = entry
  }
}

/// How often each pair stands in the text, and the list of words that newly have it.
struct PairTable {
  struct Value {
    var count: Int64 = 0
    /// The list being gathered in the current step, -1 for none.
    var list: Int32 = -1
  }

  private static let free = UInt64.max
  private var keys: [UInt64] = Array(repeating: free, count: 1 << 12)
  private var values: [Value] = Array(repeating: Value(), count: 1 << 12)
  private var count = 0

  /// The value of `pair`, 0 at first.
  subscript(pair: SymbolPair) -> Value {
    get { values[slotIndex(pair.key)] }
    _modify {
      var slot = slotIndex(pair.key)
      if keys[slot] == Self.free {
        if count * 2 >= keys.count {
          grow()
          slot = slotIndex(pair.key)
        }
        keys[slot] = pair.key
        count += 1
      }
      yield &values[slot]
    }
  }

  private func slotIndex(_ key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[slot] != key, keys[slot] != Self.free { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = Array(repeating: Self.free, count: oldKeys.count * 2)
    values = Array(repeating: Value(), count: oldKeys.count * 2)
    for (key, value) in zip(oldKeys, oldValues) where key != Self.free {
      let slot = slotIndex(key)
      (keys[slot], values[slot]) = (key, value)
    }
  }
}
