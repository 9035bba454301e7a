/// The hybrid of runs and bit-packed numbers that levels, truth values and dictionary places are written in.
struct ParquetRuns {
  private let bytes: UnsafeRawBufferPointer
  private let width: Int
  private var position = 0
  private var left = 0  // numbers left of the current run
  private var repeated: UInt32?  // nil while a bit-packed run goes on
  private var bit = 0  // where its next number begins

  /// - Parameter width: bits of a number, at most 32.
  init(_ bytes: UnsafeRawBufferPointer, width: Int) throws(ParquetFault) {
    guard (0...32).contains(width) else { throw .damaged("numbers of \(width) bits") }
    (self.bytes, self.width) = (bytes, width)
  }

  /// Gives the next run: either one number `count` times, or `count` bit-packed ones to be taken by `unpack`.
  private mutating func nextRun() throws(ParquetFault) {
    var head: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < bytes.count, shift < 35 else { throw .damaged("runs end too early") }
      let byte = bytes[position]
      position += 1
      head |= UInt64(byte & 127) << shift
      shift += 7
      if byte < 128 { break }
    }
    if head & 1 == 1 {
      try beginPacked(groups: Int(head >> 1))
    } else {
      try beginRun(Int(head >> 1))
    }
  }

  private mutating func beginPacked(groups: Int) throws(ParquetFault) {
    let there = bytes.count - position
    // The last group of a page may lack the bytes that only fill it up.
    let size = min(groups * width, there)
    left = width == 0 ? groups * 8 : min(groups * 8, size * 8 / width)
    guard left > 0 || groups == 0 else { throw .damaged("runs end too early") }
    repeated = width == 0 ? 0 : nil
    bit = position * 8
    position += size
  }

  private mutating func beginRun(_ count: Int) throws(ParquetFault) {
    let size = (width + 7) / 8
    guard bytes.count - position >= size else { throw .damaged("runs end too early") }
    var value: UInt32 = 0
    for at in 0..<size { value |= UInt32(bytes[position + at]) << UInt32(8 * at) }
    guard width == 32 || value >> UInt32(width) == 0 else {
      throw .damaged("a number of more than \(width) bits")
    }
    (repeated, left) = (value, count)
    position += size
  }

  /// Fills `target` with the next numbers.
  mutating func read(into target: UnsafeMutableBufferPointer<UInt32>) throws(ParquetFault) {
    var done = 0
    while done < target.count {
      while left == 0 { try nextRun() }
      let count = min(left, target.count - done)
      if let repeated {
        UnsafeMutableBufferPointer(rebasing: target[done..<(done + count)]).update(
          repeating: repeated)
      } else {
        unpack(into: UnsafeMutableBufferPointer(rebasing: target[done..<(done + count)]))
      }
      left -= count
      done += count
    }
  }

  private mutating func unpack(into target: UnsafeMutableBufferPointer<UInt32>) {
    let mask = width == 32 ? UInt64(UInt32.max) : (1 << UInt64(width)) - 1
    for at in target.indices {
      let word = ParquetBits.word(bytes, at: bit >> 3)
      target[at] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
      bit += width
    }
  }
}

/// Bits out of bytes, the lowest first.
enum ParquetBits {
  /// Eight bytes from `place` on; those behind the end count as zero.
  static func word(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt64 {
    if place + 8 <= bytes.count {
      return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    var word: UInt64 = 0
    for at in 0..<max(0, min(8, bytes.count - place)) {
      word |= UInt64(bytes[place + at]) << UInt64(8 * at)
    }
    return word
  }
}
