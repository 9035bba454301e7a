/// Small counters by hash, which tell what surely occurs once: used again for each pass over a text's words.
final class RowCounters {
  private var counters: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 14
  private var shift: UInt64 = 0

  init() {
    counters = .allocate(capacity: capacity)
  }

  deinit { counters.deallocate() }

  /// Zeroes at least eight counters for each of `count` places.
  func begin(_ count: Int) {
    let bits = max(6, Int.bitWidth - (8 * count).leadingZeroBitCount)
    if 1 << bits > capacity {
      capacity = 1 << bits
      counters.deallocate()
      counters = .allocate(capacity: capacity)
    }
    counters.update(repeating: 0, count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  /// Counts a hash, up to two; its high bits decide.
  @inline(__always)
  func add(_ hash: UInt64) {
    let place = counters + Int(truncatingIfNeeded: hash &>> shift)
    place.pointee = place.pointee | (place.pointee &+ 1)
  }

  /// Whether a hash may have been counted twice.
  @inline(__always)
  func mayRepeat(_ hash: UInt64) -> Bool {
    counters[Int(truncatingIfNeeded: hash &>> shift)] > 1
  }
}
