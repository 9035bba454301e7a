/// The words of a text in their order, as numbers, and the text without its white space: what word n-grams are made of.
struct WordList: ~Copyable {
  private(set) var count = 0
  /// A number for each word: the same for equal words, else different but for chances of 2⁻⁶⁴.
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  /// Where each word ends in `solid`.
  private(set) var ends: UnsafeMutablePointer<UInt32>
  /// The words end to end, with 64 bytes behind them that are 0 once `finish` was called.
  private(set) var solid: UnsafeMutablePointer<UInt8>
  private(set) var solidCount = 0
  private var capacity = 4096
  private var solidCapacity = 1 << 16
  /// Bytes behind the words that may be read.
  private static let margin = 64

  init() {
    hashes = .allocate(capacity: capacity)
    ends = .allocate(capacity: capacity)
    solid = .allocate(capacity: solidCapacity)
  }

  deinit {
    hashes.deallocate()
    ends.deallocate()
    solid.deallocate()
  }

  /// Empties the list, for a text of so many bytes.
  mutating func begin(byteCount: Int) {
    (count, solidCount) = (0, 0)
    guard byteCount + Self.margin > solidCapacity else { return }
    solidCapacity = byteCount + Self.margin
    solid.deallocate()
    solid = .allocate(capacity: solidCapacity)
  }

  /// Appends a chunk with its words; `isRoomy` says that 16 bytes may be read at `start`.
  @inline(__always)
  mutating func add(
    _ entry: UnsafePointer<ChunkEntry>, _ words: UnsafePointer<ChunkWord>,
    _ start: UnsafePointer<UInt8>, _ size: Int, isRoomy: Bool
  ) {
    let added = entry.pointee.wordCount
    if count &+ added > capacity { grow(added) }
    copy(start, size, isRoomy)
    let (first, base) = (entry.pointee.firstWord, UInt32(truncatingIfNeeded: solidCount))
    if added == 1 {
      hashes[count] = first
      ends[count] = base &+ UInt32(truncatingIfNeeded: size)
    } else if !entry.pointee.isListed {
      hashes[count] = first
      hashes[count &+ 1] = entry.pointee.secondWord
      ends[count] = base &+ UInt32(entry.pointee.firstLength)
      ends[count &+ 1] = base &+ UInt32(truncatingIfNeeded: size)
    } else {
      addListed(words + Int(truncatingIfNeeded: entry.pointee.secondWord), added, base)
    }
    count &+= added
    solidCount &+= size
  }

  @inline(__always)
  private func addListed(_ words: UnsafePointer<ChunkWord>, _ added: Int, _ base: UInt32) {
    var end = base
    for place in 0..<added {
      end &+= words[place].length
      hashes[count &+ place] = words[place].hash
      ends[count &+ place] = end
    }
  }

  @inline(__always)
  private func copy(_ start: UnsafePointer<UInt8>, _ size: Int, _ isRoomy: Bool) {
    let target = UnsafeMutableRawPointer(solid + solidCount)
    if size <= 16, isRoomy {
      let bytes = UnsafeRawPointer(start).loadUnaligned(as: SIMD16<UInt8>.self)
      target.storeBytes(of: bytes, as: SIMD16<UInt8>.self)
    } else {
      target.copyMemory(from: start, byteCount: size)
    }
  }

  private mutating func grow(_ added: Int) {
    let wanted = max(2 * capacity, count + added)
    hashes = Self.moved(hashes, count, to: wanted)
    ends = Self.moved(ends, count, to: wanted)
    capacity = wanted
  }

  private static func moved<Element>(
    _ old: UnsafeMutablePointer<Element>, _ count: Int, to capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.moveInitialize(from: old, count: count)
    old.deallocate()
    return new
  }

  /// Ends the list.
  func finish() {
    (solid + solidCount).update(repeating: 0, count: Self.margin)
  }

  /// Where the word begins in `solid`.
  @inline(__always)
  func start(_ word: Int) -> Int { word == 0 ? 0 : Int(ends[word &- 1]) }

  /// The bytes of `n` words from `first` on, end to end.
  func bytes(_ first: Int, _ n: Int) -> UnsafeBufferPointer<UInt8> {
    let start = start(first)
    return UnsafeBufferPointer(start: solid + start, count: Int(ends[first + n - 1]) - start)
  }
}
