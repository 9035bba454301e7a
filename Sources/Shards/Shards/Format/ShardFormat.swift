/// The numbers of the shard format; `FORMAT.md` explains each of them.
enum ShardFormat {
  static let version: UInt16 = 1

  /// Skippable frames of zstd: passed over by every decoder.
  static let headerMagic: UInt32 = 0x184D_2A50
  static let indexMagic: UInt32 = 0x184D_2A51
  static let seekTableMagic: UInt32 = 0x184D_2A5E
  /// What a file in zstd's seekable format ends with.
  static let seekableMagic: UInt32 = 0x8F92_EAB1

  /// The header frame's bytes, and so where the data starts.
  static let headerBytes = 4096
  /// The most bytes a frame may hold unpacked: bounds the memory that any file can ask of a reader, and is what the zstd program unpacks without being asked for more.
  static let maximumFrameBytes = 128 << 20
  /// The most frames in a file, a limit of the seekable format (which counts the header and the index too).
  static let maximumFrames = 0x800_0000 - 2
  static let maximumSequenceLength = 1 << 24
  static let maximumVocabulary = 1 << 24

  /// The low half of XXH64 of nothing: the seek table's checksum of the header and the index, which unpack to nothing.
  static let emptyChecksum: UInt32 = 0x51D8_E999
}
