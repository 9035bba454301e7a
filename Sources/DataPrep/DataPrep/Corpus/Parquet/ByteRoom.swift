import Glibc

/// Memory that grows and is used again. What asks for more than the system gives is told so.
final class ByteRoom {
  private(set) var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit {
    free(bytes.baseAddress)
  }

  /// At least `count` bytes; the first `kept` of them as they were.
  func take(_ count: Int, keeping kept: Int = 0) throws(ParquetFault)
    -> UnsafeMutableRawBufferPointer
  {
    guard count > bytes.count else { return bytes }
    let size = max(count, 2 * min(bytes.count, 1 << 30))
    guard let larger = malloc(size) else {
      throw .damaged("a page asks for \(count) bytes, which the memory does not have")
    }
    if kept > 0 { memcpy(larger, bytes.baseAddress!, kept) }
    free(bytes.baseAddress)
    bytes = UnsafeMutableRawBufferPointer(start: larger, count: size)
    return bytes
  }
}
