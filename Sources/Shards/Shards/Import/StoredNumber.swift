/// How another format stores a token: a little-endian integer.
enum StoredNumber: String, Sendable, CaseIterable {
  case uint8, int8, uint16, int16, uint32, int32, uint64, int64

  var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32: 4
    case .uint64, .int64: 8
    }
  }

  /// Reads `target.count` tokens; the first that no id can be (negative, or above 32 bits) is given back.
  func widen(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt32>)
    -> Int64?
  {
    switch self {
    case .uint8: Self.widen(bytes, UInt8.self, target)
    case .int8: Self.widen(bytes, Int8.self, target)
    case .uint16: Self.widen(bytes, UInt16.self, target)
    case .int16: Self.widen(bytes, Int16.self, target)
    case .uint32: Self.widen(bytes, UInt32.self, target)
    case .int32: Self.widen(bytes, Int32.self, target)
    case .uint64: Self.widen(bytes, UInt64.self, target)
    case .int64: Self.widen(bytes, Int64.self, target)
    }
  }

  private static func widen<T: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ type: T.Type, _ target: UnsafeMutableBufferPointer<UInt32>
  ) -> Int64? {
    for place in target.indices {
      let stored = bytes.loadUnaligned(fromByteOffset: place * MemoryLayout<T>.size, as: T.self)
      let value = T(littleEndian: stored)
      guard let id = UInt32(exactly: value) else { return Int64(clamping: value) }
      target[place] = id
    }
    return nil
  }
}
