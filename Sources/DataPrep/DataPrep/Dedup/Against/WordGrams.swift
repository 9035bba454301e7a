import CTextKernels

/// Hashes of the words of a text, and of runs of them. One for each thread; about 100 kB.
final class WordGrams {
  private let scanner = UnsafeMutablePointer<cram_scanner>.allocate(capacity: 1)
  private let room = UnsafeMutablePointer<UInt64>.allocate(
    capacity: Int(CRAM_SCANNER_UNITS))
  /// The hash of each word of the last text.
  private(set) var words: [UInt64] = []

  init() {
    cram_scanner_prepare(scanner, cram_word_kernels_named(nil), CRAM_UNITS_WORDS)
  }

  deinit {
    scanner.deallocate()
    room.deallocate()
  }

  /// Takes the words of a text, valid UTF-8.
  func read(_ text: UnsafeRawBufferPointer) {
    words.removeAll(keepingCapacity: true)
    let bytes = text.assumingMemoryBound(to: UInt8.self)
    cram_scanner_begin(scanner, bytes.baseAddress, bytes.count)
    while true {
      let count = cram_scanner_next(scanner, room)
      if count == 0 { return }
      words.append(contentsOf: UnsafeBufferPointer(start: room, count: count))
    }
  }

  /// Calls `body` with the hash of each run of `length` words and the place of its first word.
  ///
  /// The hash is a polynomial of the words' hashes, so that the next one follows from the last.
  @inline(__always)
  func forEachGram(of length: Int, _ body: (UInt64, Int) -> Void) {
    guard words.count >= length else { return }
    var power: UInt64 = 1
    for _ in 0..<length { power &*= Self.base }
    words.withUnsafeBufferPointer { words in
      var sum: UInt64 = 0
      for place in 0..<words.count {
        sum = sum &* Self.base &+ words[place]
        if place >= length { sum &-= words[place - length] &* power }
        if place >= length - 1 { body(Self.mixed(sum, length), place - length + 1) }
      }
    }
  }

  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  private static func mixed(_ sum: UInt64, _ length: Int) -> UInt64 {
    var hash = sum ^ UInt64(length) &* 0xC2B2_AE3D_27D4_EB4F
    hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return hash ^ (hash >> 32)
  }

  /// Where the words of a text lie: as many as `read` has found in it.
  static func ranges(of text: UnsafeRawBufferPointer, count: Int) -> [Range<Int>] {
    let bytes = text.assumingMemoryBound(to: UInt8.self)
    let places = [Int](unsafeUninitializedCapacity: 2 * count) { room, filled in
      filled = 2 * cram_word_ranges(bytes.baseAddress, bytes.count, room.baseAddress, count)
    }
    return stride(from: 0, to: places.count, by: 2).map { places[$0]..<places[$0 + 1] }
  }
}
