import Glibc

/// Bytes that are written one after another and grow in place as far as the system allows.
final class LineBuffer: @unchecked Sendable {
  /// One thread at a time; it is handed on whole.
  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private(set) var count = 0

  deinit { free(base) }

  /// What was written.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Where `more` bytes can be written behind what is there; `grow` says how many were.
  func room(for more: Int) -> UnsafeMutableRawPointer {
    if count + more > capacity {
      capacity = max(count + more, 2 * capacity, 1 << 16)
      // realloc moves large blocks by their pages.
      guard let larger = realloc(base, capacity) else {
        preconditionFailure("no memory for lines of \(capacity) bytes")
      }
      base = larger
    }
    return base! + count
  }

  /// Counts bytes that were written into `room`.
  func grow(by more: Int) { count += more }

  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    room(for: bytes.count).copyMemory(from: start, byteCount: bytes.count)
    count += bytes.count
  }

  func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
