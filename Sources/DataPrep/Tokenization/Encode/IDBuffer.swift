/// Ids on their way out, written without a check for each: eight at a time, of which some count.
struct IDBuffer: ~Copyable {
  private var storage = UnsafeMutablePointer<UInt32>.allocate(capacity: 1 << 12)
  private var capacity = 1 << 12
  private var count = 0

  deinit { storage.deallocate() }

  /// What was appended since the last `removeAll`.
  var ids: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: storage, count: count) }

  mutating func removeAll() { count = 0 }

  /// Makes room for `more` ids, and 8 that do not count.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count + more + 8 > capacity { grow(more) }
  }

  /// Appends one id, after `reserve`.
  @inline(__always)
  mutating func append(_ id: UInt32) {
    storage[count] = id
    count += 1
  }

  /// Appends the first `newCount` of `ids`.
  @inline(__always)
  mutating func append(_ ids: SIMD8<UInt32>, count newCount: Int) {
    reserve(0)
    UnsafeMutableRawPointer(storage + count).storeBytes(of: ids, as: SIMD8<UInt32>.self)
    count += newCount
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more + 8)
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    larger.update(from: storage, count: count)
    storage.deallocate()
    storage = larger
  }
}
