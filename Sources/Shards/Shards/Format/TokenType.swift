/// How a token id is stored: an unsigned little-endian integer of two or of four bytes.
public enum TokenType: String, Sendable, Equatable, CaseIterable {
  case u16
  case u32

  /// The narrowest type that holds every id of a vocabulary of `size` pieces.
  public init(vocabularySize size: Int) {
    self = size <= 1 << 16 ? .u16 : .u32
  }

  /// The type whose tokens take `byteCount` bytes; nil where there is none.
  public init?(byteCount: Int) {
    guard let type = Self.allCases.first(where: { $0.byteCount == byteCount }) else { return nil }
    self = type
  }

  /// Bytes of one token.
  public var byteCount: Int { self == .u16 ? 2 : 4 }
}
