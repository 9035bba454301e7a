import RingProtocol

/// Distinct byte strings numbered from 0 in the order of their arrival.
///
/// All bytes lie in one block. Compared byte for byte, unlike `String`, whose equality ignores how
/// accents are encoded. Look-up and insertion are O(length), memory about length + 17 bytes a string.
struct ByteStringTable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt32] = []
  /// Number + 1 of a string, 0 where free; a power of two, at most two thirds full.
  private var slots: [UInt32] = Array(repeating: 0, count: 64)

  var count: Int { ends.count }

  /// The bytes of string `number`.
  func withBytes<Result>(
    of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let start = number == 0 ? 0 : ends[number - 1]
    return bytes.withUnsafeBufferPointer {
      body(UnsafeBufferPointer(rebasing: $0[start..<ends[number]]))
    }
  }

  /// The number of `string`, nil where it never arrived.
  func find(_ string: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(string)
    let slot = slotIndex(of: string, hash: hash)
    return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
  }

  /// The number of `string`, given now if it is new.
  mutating func insert(_ string: UnsafeBufferPointer<UInt8>) -> Int {
    let hash = Self.hash(string)
    let slot = slotIndex(of: string, hash: hash)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = UInt32(ends.count)
    if ends.count * 3 > slots.count * 2 { grow() }
    return ends.count - 1
  }

  private func slotIndex(of string: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0, !isString(Int(slots[slot]) - 1, string, hash) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func isString(
    _ number: Int, _ string: UnsafeBufferPointer<UInt8>, _ hash: UInt32
  ) -> Bool {
    hashes[number] == hash && withBytes(of: number) { $0.elementsEqual(string) }
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number + 1)
    }
  }

  private static func hash(_ string: UnsafeBufferPointer<UInt8>) -> UInt32 {
    UInt32(truncatingIfNeeded: Checksum.xxh3(UnsafeRawBufferPointer(string)) >> 7)
  }
}
