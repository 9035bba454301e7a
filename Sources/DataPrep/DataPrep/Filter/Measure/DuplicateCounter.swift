import Glibc
import RingProtocol

/// Counts the parts of a text that were met before in it. One for each thread.
final class DuplicateCounter {
  /// Parts in all.
  private(set) var parts = 0
  /// Parts met before.
  private(set) var duplicates = 0
  /// The characters of those.
  private(set) var duplicateCharacters = 0

  private var seen: [Part] = []
  /// Places in `seen`, by hash; -1 is free.
  private var slots: [Int32] = []
  private var mask = 0

  private struct Part {
    let hash: UInt64
    let bytes: UnsafeBufferPointer<UInt8>
  }

  /// Begins a text.
  func begin() {
    (parts, duplicates, duplicateCharacters) = (0, 0, 0)
    seen.removeAll(keepingCapacity: true)
    resize(to: 64)
  }

  /// Counts the next part; its bytes stay where they are until the text's end.
  func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    parts += 1
    let hash = Checksum.xxh3(UnsafeRawBufferPointer(bytes))
    var at = Int(truncatingIfNeeded: hash) & mask
    while slots[at] >= 0 {
      if isSame(seen[Int(slots[at])], hash, bytes) {
        duplicates += 1
        duplicateCharacters += PlainText(bytes).characterCount
        return
      }
      at = (at + 1) & mask
    }
    slots[at] = Int32(seen.count)
    seen.append(Part(hash: hash, bytes: bytes))
    if 2 * seen.count > mask { grow() }
  }

  private func isSame(_ part: Part, _ hash: UInt64, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    part.hash == hash && part.bytes.count == bytes.count
      && (bytes.isEmpty || memcmp(part.bytes.baseAddress!, bytes.baseAddress!, bytes.count) == 0)
  }

  private func resize(to size: Int) {
    if slots.count < size { slots = Array(repeating: -1, count: size) }
    mask = size - 1
    for at in 0..<size { slots[at] = -1 }
  }

  private func grow() {
    resize(to: 2 * (mask + 1))
    for (number, part) in seen.enumerated() {
      var at = Int(truncatingIfNeeded: part.hash) & mask
      while slots[at] >= 0 { at = (at + 1) & mask }
      slots[at] = Int32(number)
    }
  }
}
