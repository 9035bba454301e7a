import Glibc

/// A block of floats that starts on a page, is zero at first, and costs memory only where it was touched.
///
/// Asks the system for huge pages: walking gigabytes of parameters in small ones costs many address look-ups.
public final class FloatBlock {
  /// How many floats it holds.
  public let count: Int
  /// The first of them. Lives as long as the block.
  public let pointer: UnsafeMutablePointer<Float>

  private let byteCount: Int

  /// Throws when the system has not so much address space left for this process.
  public init(count: Int) throws(BackendError) {
    precondition(count >= 0, "a block of \(count) floats")
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address, address != MAP_FAILED else {
      throw .noMemory(bytes: byteCount)
    }
    madvise(address, byteCount, MADV_HUGEPAGE)
    self.count = count
    self.byteCount = byteCount
    pointer = address.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { munmap(pointer, byteCount) }

  /// All its floats.
  public var buffer: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }

  /// The floats of one tensor or slice.
  public subscript(range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) floats")
    return .init(start: pointer + range.lowerBound, count: range.count)
  }
}
