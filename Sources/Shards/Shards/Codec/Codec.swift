/// How the frames of a shard are packed.
public enum Codec: String, Sendable, Equatable, CaseIterable {
  /// Zstandard (RFC 8878): the default, about 60 % of the plain ids.
  case zstd
  /// LZ4 frames: larger, and unpacked several times as fast.
  case lz4

  /// What the names of its shards end in.
  public var fileExtension: String {
    switch self {
    case .zstd: ".tok.zst"
    case .lz4: ".tok.lz4"
    }
  }

  /// Its number in the header.
  var number: UInt8 {
    switch self {
    case .zstd: 1
    case .lz4: 2
    }
  }

  init?(number: UInt8) {
    guard let codec = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = codec
  }

  /// The levels that it has.
  public var levels: ClosedRange<Int> {
    switch self {
    case .zstd: 1...22
    case .lz4: 1...12
    }
  }
}
