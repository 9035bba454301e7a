/// What is counted over the tokens of a frame, of a shard, or of a dataset.
struct FrameStatistics: Equatable {
  var minimumID: UInt32
  var maximumID: UInt32
  /// How often each id occurs.
  var histogram: [UInt32]

  /// Counts the tokens of `plain`; nil where an id is not below `vocabularySize`.
  init?(_ plain: UnsafeRawBufferPointer, type: TokenType, vocabularySize: Int) {
    var histogram = [UInt32](repeating: 0, count: vocabularySize)
    let (minimum, maximum) = histogram.withUnsafeMutableBufferPointer { counts in
      switch type {
      case .u16: Self.count(plain.assumingMemoryBound(to: UInt16.self), into: counts)
      case .u32: Self.count(plain.assumingMemoryBound(to: UInt32.self), into: counts)
      }
    }
    guard maximum < vocabularySize else { return nil }
    self.minimumID = minimum
    self.maximumID = maximum
    self.histogram = histogram
  }

  /// The lowest and the highest id; ids out of range are not counted.
  private static func count<T: FixedWidthInteger & UnsignedInteger>(
    _ tokens: UnsafeBufferPointer<T>, into counts: UnsafeMutableBufferPointer<UInt32>
  ) -> (UInt32, UInt32) {
    var (minimum, maximum) = (T.max, T.min)
    for token in tokens {
      let id = T(littleEndian: token)
      minimum = min(minimum, id)
      maximum = max(maximum, id)
      if Int(id) < counts.count { counts[Int(id)] &+= 1 }
    }
    return (UInt32(minimum), UInt32(maximum))
  }

  /// How often `id` occurs; 0 where there is no such id.
  func count(of id: UInt32?) -> UInt32 {
    guard let id, Int(id) < histogram.count else { return 0 }
    return histogram[Int(id)]
  }
}
