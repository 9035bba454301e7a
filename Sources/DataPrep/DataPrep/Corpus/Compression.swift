/// How a file is stored, told by its first bytes and never by its name.
enum Compression: Equatable {
  case plain
  case gzip
  case zstd
  /// Known by its mark, and not read.
  case unsupported(String)

  /// How many first bytes tell.
  static let markBytes = 10

  private static let unsupported: [(mark: [UInt8], name: String)] = [
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
    (Array("BZh".utf8), "bzip2"),
    ([0x04, 0x22, 0x4D, 0x18], "lz4"),
    ([0x02, 0x21, 0x4C, 0x18], "lz4"),
    (Array("PAR1".utf8), "Parquet"),
    ([0x50, 0x4B, 0x03, 0x04], "zip"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"),
    ([0x1F, 0x9D], "compress (.Z)"),
    ([0xFF, 0xFE], "UTF-16 text"),
    ([0xFE, 0xFF], "UTF-16 text"),
  ]

  init(firstBytes: UnsafeRawBufferPointer) {
    if firstBytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if Self.isZstd(firstBytes) {
      self = .zstd
    } else if let known = Self.unsupported.first(where: { firstBytes.starts(with: $0.mark) }) {
      self = .unsupported(known.name)
    } else {
      self = .plain
    }
  }

  /// A frame, or a skippable frame (16 magic numbers) before the first one.
  private static func isZstd(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || (bytes.count >= 4 && bytes[0] & 0xF0 == 0x50
        && bytes[1...].starts(with: [0x2A, 0x4D, 0x18]))
  }
}
