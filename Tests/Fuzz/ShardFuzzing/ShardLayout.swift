import RingProtocol

/// Where the parts of a good shard lie, by FORMAT.md, so that their checksums can be made right in a damaged copy.
struct ShardLayout {
  /// Where the index begins.
  let index: Int
  /// Parts of the index that are packed: the histogram, the packing summary, and the blocks of sections in blocks.
  private(set) var packed: [Range<Int>] = []
  private var frames: [Range<Int>] = []
  private var sections: [(kind: Int, range: Range<Int>)] = []
  private let size: Int

  init(_ bytes: [UInt8]) {
    size = bytes.count
    let count = bytes.number(size - 9, 4)
    let table = size - 17 - 12 * count
    var at = 0
    for entry in 0..<count {
      let length = bytes.number(table + 8 + 12 * entry, 4)
      if entry > 0, entry < count - 1 { frames.append(at..<at + length) }
      at += length
    }
    index = at - bytes.number(table + 8 + 12 * (count - 1), 4)
    for number in 0..<bytes.number(index + 20, 4) {
      let row = index + 24 + 32 * number
      let begin = index + bytes.number(row + 8, 8)
      sections.append((bytes.number(row, 4), begin..<begin + bytes.number(row + 16, 8)))
    }
    for section in sections {
      switch section.kind {
      case 2, 6: packed.append(section.range)
      case 4, 5: packed += Self.blocks(bytes, section.range).map(\.range)
      default: break
      }
    }
  }

  /// The blocks of a section, each with where its hash stands.
  private static func blocks(
    _ bytes: [UInt8], _ section: Range<Int>
  ) -> [(range: Range<Int>, hash: Int)] {
    let count = bytes.number(section.lowerBound + 12, 4)
    var at = section.lowerBound + 24 + 16 * count
    guard count < 1 << 16, at <= section.upperBound else { return [] }
    var blocks: [(range: Range<Int>, hash: Int)] = []
    for block in 0..<count {
      let entry = section.lowerBound + 16 + 16 * block
      let end = at + bytes.number(entry, 4)
      guard end <= section.upperBound else { return blocks }
      blocks.append((at..<end, entry + 8))
      at = end
    }
    return blocks
  }

  /// Writes every checksum anew, from the inside out, where the file still has its size.
  func mend(_ bytes: inout [UInt8]) {
    guard bytes.count == size else { return }
    for (number, frame) in frames.enumerated() {
      if let records = sections.first(where: { $0.kind == 1 }) {
        bytes.store(bytes.hash(frame), at: records.range.lowerBound + 24 * number)
      }
    }
    for section in sections where section.kind == 4 || section.kind == 5 {
      for block in Self.blocks(bytes, section.range) {
        bytes.store(bytes.hash(block.range), at: block.hash)
      }
      let directory =
        section.range.lowerBound + 16
        + 16 * bytes.number(section.range.lowerBound + 12, 4)
      guard directory + 8 <= section.range.upperBound else { continue }
      bytes.store(bytes.hash(section.range.lowerBound..<directory), at: directory)
    }
    for (number, section) in sections.enumerated() {
      bytes.store(bytes.hash(section.range), at: index + 24 + 32 * number + 24)
    }
    let end = index + 24 + 32 * sections.count
    bytes.store(bytes.hash(index..<end), at: end)
    let sum = bytes.withUnsafeBytes { Checksum.crc32c(.init(rebasing: $0[..<4092]), seed: 0) }
    for byte in 0..<4 { bytes[4092 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(byte))) }
  }
}

extension [UInt8] {
  /// The number of so many bytes at `offset`, cut to what an `Int` can be.
  fileprivate func number(_ offset: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) } & Int.max
  }

  fileprivate func hash(_ range: Range<Int>) -> UInt64 {
    withUnsafeBytes { Checksum.xxh3(.init(rebasing: $0[range])) }
  }

  fileprivate mutating func store(_ value: UInt64, at offset: Int) {
    for byte in 0..<8 {
      self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
    }
  }
}
