import Glibc
import Synchronization

/// Large buffers that are used again, so that their pages are not fetched from the system for every block.
final class BufferPool: Sendable {
  private let free = Mutex<[Int: [Buffer]]>([:])

  private struct Buffer: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
  }

  deinit {
    free.withLock { for buffer in $0.values.joined() { buffer.bytes.deallocate() } }
  }

  /// A buffer of exactly `size` bytes with any content.
  func take(_ size: Int) -> UnsafeMutableRawBufferPointer {
    let kept = free.withLock { $0[size]?.popLast() }
    return kept?.bytes ?? Self.fresh(size)
  }

  /// Large buffers get pages of 2 MiB where the system has them: it then fetches nine of them for a block and not 4,352.
  private static func fresh(_ size: Int) -> UnsafeMutableRawBufferPointer {
    guard size >= largePage else { return .allocate(byteCount: size, alignment: 64) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: largePage)
    madvise(buffer.baseAddress, size, MADV_HUGEPAGE)
    return buffer
  }

  /// Keeps a buffer of a common size for the next `take`, and frees others.
  func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count <= Self.largestKept else { return bytes.deallocate() }
    let buffer = Buffer(bytes: bytes)
    free.withLock { $0[buffer.bytes.count, default: []].append(buffer) }
  }

  private static let largestKept = 32 << 20
  private static let largePage = 2 << 20
}
