/// An order of shingles in which those that are common in a group come last.
///
/// - Complexity: 32 bytes at most for a shingle that two of the sample have; a set is put in order in the time of its size.
struct ShingleOrder {
  private struct Slot {
    var hash: UInt64 = 0
    /// How many of the sample have it; 0 where the slot is free.
    var count: UInt32 = 0
  }

  /// At most half of them taken, a power of two of them; a hash lies in the first free one from its place on.
  private var slots: [Slot]
  private let mostCount: Int

  /// - Parameter sample: the sets that tell which shingles are common, each rising.
  init(of sample: [SetReader.ShingleSet]) {
    mostCount = sample.count
    var hashes: [UInt64] = []
    hashes.reserveCapacity(sample.reduce(0) { $0 + $1.hashes.count })
    for set in sample { hashes += set.hashes }
    hashes.sort()
    var common: [Slot] = []
    var start = 0
    while start < hashes.count {
      var end = start + 1
      while end < hashes.count, hashes[end] == hashes[start] { end += 1 }
      if end - start > 1 { common.append(Slot(hash: hashes[start], count: UInt32(end - start))) }
      start = end
    }
    var room = 1
    while room < 2 * common.count { room *= 2 }
    slots = [Slot](repeating: Slot(), count: room)
    for slot in common { slots[place(of: slot.hash)] = slot }
  }

  private func place(of hash: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[place].count > 0, slots[place].hash != hash {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  /// The first `count` shingles of a rising set in this order: by how many of the sample have them, then by their hashes.
  func first(_ count: Int, of hashes: UnsafeBufferPointer<UInt64>) -> [UInt64] {
    let counts = hashes.map { slots[place(of: $0)].count }
    var ends = [Int](repeating: 0, count: mostCount + 2)
    for count in counts { ends[Int(count) + 1] += 1 }
    for rank in ends.indices.dropFirst() { ends[rank] += ends[rank - 1] }
    var sorted = [UInt64](repeating: 0, count: hashes.count)
    for (hash, count) in zip(hashes, counts) {
      sorted[ends[Int(count)]] = hash
      ends[Int(count)] += 1
    }
    return Array(sorted.prefix(count))
  }
}
