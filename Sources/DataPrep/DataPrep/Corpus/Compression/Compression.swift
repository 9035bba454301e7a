/// How a file is stored, told by its first bytes and never by its name.
enum Compression: Equatable {
  case plain
  case gzip
  case zstd
  case lz4
  case xz
  case bzip2
  /// Known by its mark, and not read.
  case unsupported(String)

  /// How many first bytes tell.
  static let markBytes = 10

  private static let supported: [(mark: [UInt8], form: Compression)] = [
    ([0x1F, 0x8B], .gzip), ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x04, 0x22, 0x4D, 0x18], .lz4),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
  ]

  private static let unsupported: [(mark: [UInt8], name: String)] = [
    ([0x02, 0x21, 0x4C, 0x18], "lz4 in its legacy form"),
    ([0x50, 0x4B, 0x03, 0x04], "zip"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"),
    ([0x1F, 0x9D], "compress (.Z)"),
    ([0xFF, 0xFE], "UTF-16 text"),
    ([0xFE, 0xFF], "UTF-16 text"),
  ]

  init(firstBytes: UnsafeRawBufferPointer) {
    if let known = Self.supported.first(where: { firstBytes.starts(with: $0.mark) }) {
      self = known.form
    } else if Self.isBzip2(firstBytes) {
      self = .bzip2
    } else if let known = Self.unsupported.first(where: { firstBytes.starts(with: $0.mark) }) {
      self = .unsupported(known.name)
    } else {
      self = .plain
    }
  }

  /// `BZh`, a level, and the mark of a block or of the end: a text may well begin with the first three letters.
  private static func isBzip2(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 4, bytes.starts(with: Array("BZh".utf8)),
      (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[3])
    else { return false }
    let behind = bytes[4...].prefix(6)
    return [
      [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90] as [UInt8],
    ]
    .contains { $0.starts(with: behind) }
  }

  /// Whether a frame of zstd or lz4 begins that holds no data: 16 marks that the two formats share.
  static func isSkippable(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...].starts(with: [0x2A, 0x4D, 0x18])
  }

  /// What undoes it; nil for plain bytes.
  func decoder(for path: String) throws(CorpusError) -> (any ByteDecoder)? {
    switch self {
    case .plain: nil
    case .gzip: GzipDecoder()
    case .zstd: ZstdDecoder()
    case .lz4: Lz4Decoder()
    case .xz: XzDecoder()
    case .bzip2: Bzip2Decoder()
    case .unsupported(let format): throw .unsupported(path: path, format: format)
    }
  }
}

/// Undoes one form of compression, as a stream.
protocol ByteDecoder: AnyObject {
  /// Whether what comes next can be undone without what came before: a frame or a member begins.
  var isBetweenStreams: Bool { get }

  /// The next plain bytes, at most `target.count`; 0 at the end of the last stream.
  func read(from raw: RawFile, into target: UnsafeMutableRawBufferPointer) throws(CorpusError)
    -> Int
}

extension ByteDecoder {
  var isBetweenStreams: Bool { false }
}
