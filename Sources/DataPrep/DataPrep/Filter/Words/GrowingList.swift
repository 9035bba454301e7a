/// A list that is filled anew again and again: without bounds, copies or counting of references. Its elements are plain numbers.
final class GrowingList<Element: BitwiseCopyable> {
  private(set) var count = 0
  private(set) var elements: UnsafeMutablePointer<Element>
  private var capacity = 64

  init() {
    elements = .allocate(capacity: capacity)
  }

  deinit { elements.deallocate() }

  @inline(__always)
  func removeAll() { count = 0 }

  @inline(__always)
  func append(_ element: Element) {
    if count == capacity { grow() }
    elements[count] = element
    count &+= 1
  }

  @inline(__always)
  subscript(place: Int) -> Element { elements[place] }

  /// The last element, which is taken away; nil where there is none.
  func popLast() -> Element? {
    guard count > 0 else { return nil }
    count -= 1
    return elements[count]
  }

  /// A copy.
  var array: [Element] { Array(UnsafeBufferPointer(start: elements, count: count)) }

  private func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
    larger.update(from: elements, count: count)
    elements.deallocate()
    (elements, capacity) = (larger, 2 * capacity)
  }
}
