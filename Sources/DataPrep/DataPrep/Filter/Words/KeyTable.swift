/// A fixed table from keys to numbers, looked up without a branch per slot that is not needed.
final class KeyTable {
  private struct Slot {
    var key: ByteKey
    var value: UInt32
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var bits = 4
  private(set) var count = 0

  init() {
    slots = Self.empty(bits)
  }

  deinit { slots.deallocate() }

  private static func empty(_ bits: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: 1 << bits)
    slots.initialize(
      repeating: Slot(key: ByteKey(low: 0, high: 0), value: 0), count: 1 << bits)
    return slots
  }

  /// The number kept for `key`.
  @inline(__always)
  func value(of key: ByteKey) -> UInt32? {
    let place = place(of: key)
    return place.pointee.key.high == 0 ? nil : place.pointee.value
  }

  /// Keeps `value` for `key`, in the place of an earlier one. The key's `high` is not 0.
  func set(_ key: ByteKey, _ value: UInt32) {
    if 2 * (count + 1) > 1 << bits { grow() }
    let place = place(of: key)
    if place.pointee.key.high == 0 { count += 1 }
    place.pointee = Slot(key: key, value: value)
  }

  @inline(__always)
  private func place(of key: ByteKey) -> UnsafeMutablePointer<Slot> {
    let mask = 1 &<< bits &- 1
    var at = Int(truncatingIfNeeded: key.hash) & mask
    while slots[at].key.high != 0, slots[at].key != key { at = (at &+ 1) & mask }
    return slots + at
  }

  private func grow() {
    let (old, size) = (slots, 1 << bits)
    bits += 1
    slots = Self.empty(bits)
    for at in 0..<size where old[at].key.high != 0 { place(of: old[at].key).pointee = old[at] }
    old.deallocate()
  }
}
