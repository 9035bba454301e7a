/// Counts rows by hash and size: open addressing, used again for each length and each text.
final class RowTable {
  private var slots: UnsafeMutablePointer<Slot>
  private var slotCapacity = 1 << 8
  private var mask = 0
  /// The slot of each row, in the order in which they were counted.
  private var counted: UnsafeMutablePointer<UInt32>
  private var countedCapacity = 1 << 8
  private var rows = 0

  private struct Slot {
    var hash: UInt64
    var size: UInt32
    /// 0 is free.
    var times: UInt32
  }

  init() {
    slots = .allocate(capacity: slotCapacity)
    counted = .allocate(capacity: countedCapacity)
  }

  deinit {
    slots.deallocate()
    counted.deallocate()
  }

  /// Empties the table, for at most `most` rows.
  func begin(_ most: Int) {
    let size = 1 << (Int.bitWidth - (2 * most + 1).leadingZeroBitCount)
    if size > slotCapacity {
      slots.deallocate()
      slotCapacity = size
      slots = .allocate(capacity: size)
    }
    if most > countedCapacity {
      counted.deallocate()
      countedCapacity = most
      counted = .allocate(capacity: most)
    }
    slots.update(repeating: Slot(hash: 0, size: 0, times: 0), count: size)
    (mask, rows) = (size - 1, 0)
  }

  /// Counts a row; whether it was counted before.
  @discardableResult @inline(__always)
  func count(_ hash: UInt64, size: Int) -> Bool {
    var at = Int(truncatingIfNeeded: hash &>> 20) & mask
    while slots[at].times > 0 {
      if slots[at].hash == hash, slots[at].size == UInt32(truncatingIfNeeded: size) { break }
      at = (at &+ 1) & mask
    }
    let times = slots[at].times
    slots[at] = Slot(hash: hash, size: UInt32(truncatingIfNeeded: size), times: times &+ 1)
    counted[rows] = UInt32(truncatingIfNeeded: at)
    rows &+= 1
    return times > 0
  }

  /// How often the row that was counted as number `number` occurred.
  @inline(__always)
  func timesOfEntry(_ number: Int) -> Int { Int(slots[Int(counted[number])].times) }
}
