import RingProtocol

/// A section of the index in blocks of equally many records, each packed and checked on its own: a reader fetches only those it needs.
struct BlockedSection: Equatable {
  struct Block: Equatable {
    /// From the section's first byte.
    var offset: UInt64
    var compressedBytes: Int
    var plainBytes: Int
    /// XXH3-64 of the compressed bytes.
    var hash: UInt64
  }

  /// Records in all blocks.
  let records: UInt64
  /// Records of each block, the last excepted.
  let blockRecords: Int
  let blocks: [Block]

  static let fixedBytes = 16
  static let entryBytes = 16
  /// The most bytes a block may unpack to: bounds what a hostile file can ask for.
  static let maximumBlockBytes = 1 << 28
  /// Of zstd: blocks are small and read seldom.
  private static let level = 9

  static func directoryBytes(blocks: Int) -> Int { fixedBytes + blocks * entryBytes + 8 }

  /// Packs the content of one block.
  static func pack(_ plain: [UInt8]) -> PackedBlock {
    let bytes = plain.withUnsafeBytes { FrameEncoder(level: level).encode($0) }
    return PackedBlock(bytes: bytes, plainBytes: plain.count)
  }

  struct PackedBlock: Sendable {
    var bytes: [UInt8]
    var plainBytes: Int
  }

  /// The whole section.
  static func encoded(records: UInt64, blockRecords: Int, blocks: [PackedBlock]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      directoryBytes(blocks: blocks.count) + blocks.reduce(0) { $0 + $1.bytes.count })
    bytes.append(number: records)
    bytes.append(number: UInt32(blockRecords))
    bytes.append(number: UInt32(blocks.count))
    for block in blocks {
      bytes.append(number: UInt32(block.bytes.count))
      bytes.append(number: UInt32(block.plainBytes))
      bytes.append(number: block.bytes.withUnsafeBytes(Checksum.xxh3))
    }
    bytes.append(number: bytes.withUnsafeBytes(Checksum.xxh3))
    for block in blocks { bytes += block.bytes }
    return bytes
  }

  /// The number of blocks that the first 16 bytes announce; nil where the section of `size` bytes cannot have them.
  static func blockCount(_ fixed: UnsafeRawBufferPointer, size: UInt64) -> Int? {
    let count = Int(fixed.number(at: 12, as: UInt32.self))
    return UInt64(directoryBytes(blocks: count)) <= size ? count : nil
  }

  /// Reads the directory from its bytes; nil where they are not what was written or do not fit the section's `size`.
  init?(_ bytes: UnsafeRawBufferPointer, size: UInt64) {
    let end = bytes.count - 8
    guard Checksum.xxh3(bytes.part(0..<end)) == bytes.number(at: end) else { return nil }
    records = bytes.number(at: 0)
    blockRecords = Int(bytes.number(at: 8, as: UInt32.self))
    let count = (end - Self.fixedBytes) / Self.entryBytes
    var blocks: [Block] = []
    var offset = UInt64(bytes.count)
    for number in 0..<count {
      let at = Self.fixedBytes + number * Self.entryBytes
      let block = Block(
        offset: offset, compressedBytes: Int(bytes.number(at: at, as: UInt32.self)),
        plainBytes: Int(bytes.number(at: at + 4, as: UInt32.self)), hash: bytes.number(at: at + 8))
      guard block.plainBytes <= Self.maximumBlockBytes else { return nil }
      blocks.append(block)
      offset += UInt64(block.compressedBytes)
    }
    guard blockRecords > 0, records < 1 << 48, offset == size,
      (records + UInt64(blockRecords) - 1) / UInt64(blockRecords) == UInt64(count)
    else { return nil }
    self.blocks = blocks
  }

  /// How many records block `number` has.
  func records(ofBlock number: Int) -> Int {
    Int(min(UInt64(blockRecords), records - UInt64(number) * UInt64(blockRecords)))
  }

  /// Unpacks a block from its compressed bytes; nil where they are not what was written.
  static func unpack(_ compressed: UnsafeRawBufferPointer, _ block: Block) -> [UInt8]? {
    guard Checksum.xxh3(compressed) == block.hash,
      let plain = ZstdFrame.unpacked(compressed, limit: maximumBlockBytes)
    else { return nil }
    return plain.count == block.plainBytes ? plain : nil
  }
}
