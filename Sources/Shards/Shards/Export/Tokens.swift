/// Plain bytes of sequences as numbers.
enum Tokens {
  /// The ids, as numbers of 32 bits whatever their width was.
  static func widened(_ plain: UnsafeRawBufferPointer, _ type: TokenType) -> [UInt32] {
    switch type {
    case .u16:
      plain.assumingMemoryBound(to: UInt16.self).map { UInt32(UInt16(littleEndian: $0)) }
    case .u32: plain.assumingMemoryBound(to: UInt32.self).map { UInt32(littleEndian: $0) }
    }
  }
}
