import Glibc

/// Places for half a million entries of chunks, all free at first; a page costs memory only once it is touched.
///
/// In huge pages where the system has some: nearly every look-up is in another page.
final class ChunkTable {
  private let base: UnsafeMutableRawPointer
  private let entries: UnsafeMutablePointer<ChunkEntry>

  private static let bits = 19
  /// Those of chunks whose first place is the last one reach beyond it.
  private static let count = 1 << bits + 8
  private static let hugePage = 2 << 20
  /// With room for beginning on a huge page.
  private static let byteCount = count * MemoryLayout<ChunkEntry>.stride + hugePage

  init() {
    precondition(
      MemoryLayout<ChunkEntry>.stride == 64, "an entry is \(MemoryLayout<ChunkEntry>.stride) bytes")
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address, address != MAP_FAILED else {
      preconditionFailure("no \(Self.byteCount) bytes of address space for the words met so far")
    }
    base = address
    let start = address.alignedUp(toMultipleOf: Self.hugePage)
    madvise(start, Self.byteCount - Self.hugePage, MADV_HUGEPAGE)
    // All bits 0 are a free entry.
    entries = start.bindMemory(to: ChunkEntry.self, capacity: Self.count)
  }

  deinit { munmap(base, Self.byteCount) }

  /// The first place of a chunk of this hash; at least seven more follow.
  @inline(__always)
  func first(_ hash: UInt64) -> UnsafeMutablePointer<ChunkEntry> {
    entries + Int(truncatingIfNeeded: hash & (1 &<< UInt64(Self.bits) &- 1))
  }

  /// All places.
  var all: UnsafeMutableBufferPointer<ChunkEntry> {
    UnsafeMutableBufferPointer(start: entries, count: Self.count)
  }
}
