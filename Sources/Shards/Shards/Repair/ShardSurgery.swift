import CZstd
import RingProtocol

/// Makes a damaged shard whole again: what parity covers by parity, the seek table from the rest of the file.
///
/// Holds the whole file in memory.
struct ShardSurgery {
  let path: String
  private var bytes: [UInt8]
  /// What was made again, in words.
  private(set) var repairs: [String] = []

  init(_ path: String) throws(ShardError) {
    self.path = path
    do throws(FileError) { bytes = try InputFile.bytes(of: path) } catch { throw .file(error) }
  }

  private func fault(_ found: String) -> ShardError { .beyondRepair(path: path, found: found) }

  /// The shard as it was written.
  ///
  /// - Throws: `ShardError.beyondRepair` where too much is lost.
  mutating func operate() throws(ShardError) -> [UInt8] {
    let (offset, size) = try findIndex()
    let table = try indexTable(at: offset, size: size)
    let parity = try readParity(table, at: offset)
    if let parity { try restoreParts(parity) }
    let header = try readHeader()
    try checkSections(table, at: offset)
    let frames = try frameRanges(header, parity: parity, end: offset)
    try rebuildSeekTable(header, frames: frames, index: offset..<offset + size)
    return bytes
  }

  // The index, found by its name: the seek table that would lead to it may be what is damaged.

  private func findIndex() throws(ShardError) -> (offset: Int, size: Int) {
    let name = ShardIndex.name
    let found = bytes.withUnsafeBytes { raw -> (Int, Int)? in
      var at = raw.count - ShardIndex.tableBytes(sections: 0)
      while at >= ShardFormat.headerBytes {
        if raw[at + 8] == name[0], raw.part(at + 8..<at + 16).elementsEqual(name),
          raw.number(at: at) == ShardFormat.indexMagic
        {
          let size = Int(raw.number(at: at + 4, as: UInt32.self)) + 8
          if size <= raw.count - at { return (at, size) }
        }
        at -= 1
      }
      return nil
    }
    guard let found else { throw fault("no whole index is left in it") }
    return found
  }

  private func indexTable(at offset: Int, size: Int) throws(ShardError) -> IndexTable {
    let path = path
    let table = bytes.withUnsafeBytes { raw -> IndexTable? in
      let index = raw.part(offset..<offset + size)
      guard
        let count = try? IndexTable.sectionCount(
          index, size: UInt64(size), offset: UInt64(offset), path: path)
      else { return nil }
      let head = index.part(0..<ShardIndex.tableBytes(sections: count))
      return try? IndexTable(
        head, count: count, size: UInt64(size), offset: UInt64(offset), path: path)
    }
    guard let table else { throw fault("the table of its index is damaged") }
    return table
  }

  private func range(of section: IndexTable.Section, at offset: Int) -> Range<Int> {
    offset + Int(section.offset)..<offset + Int(section.offset + section.byteCount)
  }

  private func isWhole(_ section: IndexTable.Section, at offset: Int) -> Bool {
    bytes.withUnsafeBytes { Checksum.xxh3($0.part(range(of: section, at: offset))) == section.hash }
  }

  // Parity

  /// The parity of the file; made again where it is the only thing that is damaged.
  private mutating func readParity(
    _ table: IndexTable, at offset: Int
  ) throws(ShardError) -> Parity? {
    guard let section = table.section(.parity) else { return nil }
    if !isWhole(section, at: offset) { try remakeParity(table, section, at: offset) }
    let parity = bytes.withUnsafeBytes {
      Parity(section: $0.part(range(of: section, at: offset)), frames: nil)
    }
    guard let parity,
      parity.parts.allSatisfy({
        $0.offset <= UInt64(offset) + section.offset
          && UInt64($0.byteCount) <= UInt64(offset) + section.offset - $0.offset
      })
    else { throw fault("its parity is not readable") }
    return parity
  }

  /// Computes parity again from the parts, which all have to be whole; the size of a group is found by trying.
  private mutating func remakeParity(
    _ table: IndexTable, _ section: IndexTable.Section, at offset: Int
  ) throws(ShardError) {
    let header = try readHeader()
    let frames = try frameRanges(header, parity: nil, end: offset)
    var sections: [ShardIndex.Section] = []
    for other in table.sections where other.kind != section.kind {
      guard let kind = ShardIndex.Kind(rawValue: other.kind), isWhole(other, at: offset) else {
        throw fault("its parity and another section of the index are damaged")
      }
      sections.append(.init(kind: kind, content: Array(bytes[range(of: other, at: offset)])))
    }
    for group in 1...256 {
      var builder = ParityBuilder(group: group, frames: frames.count)
      bytes.withUnsafeBytes { raw in
        builder.add(raw.part(0..<ShardFormat.headerBytes))
        for frame in frames { builder.add(raw.part(frame)) }
      }
      let content = builder.content(over: sections)
      guard content.count == Int(section.byteCount),
        content.withUnsafeBytes(Checksum.xxh3) == section.hash
      else { continue }
      bytes.replaceSubrange(range(of: section, at: offset), with: content)
      repairs.append("the parity")
      return
    }
    throw fault("its parity and something else are damaged")
  }

  private mutating func restoreParts(_ parity: Parity) throws(ShardError) {
    func part(_ part: Parity.Part) -> Range<Int> {
      Int(part.offset)..<Int(part.offset) + part.byteCount
    }
    for (number, damaged) in parity.parts.enumerated() {
      let isWhole = bytes.withUnsafeBytes { Checksum.xxh3($0.part(part(damaged))) == damaged.hash }
      if isWhole { continue }
      let content = bytes
      guard let restored = parity.restored(number, reading: { Array(content[part($0)]) }) else {
        throw fault(
          "more than one of the parts that share a strip of parity are damaged, one of them at byte \(damaged.offset)"
        )
      }
      bytes.replaceSubrange(part(damaged), with: restored)
      repairs.append(
        number == 0
          ? "the header" : number < parity.dataParts ? "frame \(number - 1)" : "a part of the index"
      )
    }
  }

  // What has to be whole in the end

  private func readHeader() throws(ShardError) -> ShardHeader {
    let path = path
    let header = bytes.withUnsafeBytes { raw in
      raw.count < ShardFormat.headerBytes
        ? nil : try? ShardHeader(raw.part(0..<ShardFormat.headerBytes), path: path)
    }
    guard let header else { throw fault("its header is damaged, and there is no parity for it") }
    return header
  }

  private func checkSections(_ table: IndexTable, at offset: Int) throws(ShardError) {
    for section in table.sections where !isWhole(section, at: offset) {
      throw fault("section \(section.kind) of its index is damaged, and there is no parity for it")
    }
  }

  /// Where the frames lie: by parity, or by walking from one to the next.
  private func frameRanges(
    _ header: ShardHeader, parity: Parity?, end: Int
  ) throws(ShardError) -> [Range<Int>] {
    if let parity {
      return parity.parts[1..<parity.dataParts].map {
        Int($0.offset)..<Int($0.offset) + $0.byteCount
      }
    }
    let sizes = tableSizes(frames: header.frameCount, end: end)
    var frames: [Range<Int>] = []
    var at = ShardFormat.headerBytes
    for frame in 0..<header.frameCount {
      guard let size = sizes?[frame] ?? size(ofFrameAt: at, header.codec), size <= end - at else {
        throw fault("frame \(frame) is damaged, and there is no parity for it")
      }
      frames.append(at..<at + size)
      at += size
    }
    guard at == end else { throw fault("its frames do not reach from the header to the index") }
    return frames
  }

  /// The sizes of the frames by a seek table that fits the file; nil where it is damaged.
  private func tableSizes(frames: Int, end: Int) -> [Int]? {
    let size = SeekTable.byteCount(entries: frames + 2)
    guard bytes.count >= size else { return nil }
    let path = path
    let table = bytes.withUnsafeBytes { raw in
      try? SeekTable(
        raw.part(raw.count - size..<raw.count), count: frames + 2, offset: 0, path: path)
    }
    let sizes = table?.entries[1...frames].map { Int($0.compressedBytes) }
    return sizes.flatMap { $0.reduce(ShardFormat.headerBytes, +) == end ? $0 : nil }
  }

  private func size(ofFrameAt at: Int, _ codec: Codec) -> Int? {
    guard codec == .zstd else { return nil }
    let size = bytes.withUnsafeBytes {
      ZSTD_findFrameCompressedSize($0.baseAddress! + at, $0.count - at)
    }
    return ZSTD_isError(size) == 0 ? size : nil
  }

  /// Writes the seek table that belongs behind the index, where it is not there; what follows it goes.
  private mutating func rebuildSeekTable(
    _ header: ShardHeader, frames: [Range<Int>], index: Range<Int>
  ) throws(ShardError) {
    var entries = [SeekTable.Entry.empty(ShardFormat.headerBytes)]
    for (number, frame) in frames.enumerated() {
      let checksum = try checksum(of: frame, number, header)
      entries.append(
        .init(
          compressedBytes: UInt32(frame.count),
          plainBytes: UInt32(header.plainBytes(ofFrame: number)), checksum: checksum))
    }
    entries.append(.empty(index.count))
    let table = SeekTable(entries: entries).encoded()
    guard !bytes[index.upperBound...].elementsEqual(table) else { return }
    bytes.removeSubrange(index.upperBound...)
    bytes += table
    repairs.append("the seek table")
  }

  /// The low half of XXH64 of what the frame unpacks to.
  private func checksum(
    of frame: Range<Int>, _ number: Int, _ header: ShardHeader
  ) throws(ShardError) -> UInt32 {
    let size = header.plainBytes(ofFrame: number)
    let found = bytes.withUnsafeBytes { raw -> UInt32? in
      switch header.codec {
      case .zstd:
        return frame.count < 9 ? nil : raw.number(at: frame.upperBound - 4)
      case .lz4:
        return FrameDecoder().lz4Plain(raw.part(frame), size: size).map { plain in
          plain.withUnsafeBytes { UInt32(truncatingIfNeeded: Checksum.xxh64($0)) }
        }
      }
    }
    guard let found else { throw fault("frame \(number) cannot be unpacked") }
    return found
  }
}

extension SeekTable.Entry {
  /// The entry of a frame that unpacks to nothing.
  static func empty(_ compressedBytes: Int) -> SeekTable.Entry {
    .init(
      compressedBytes: UInt32(compressedBytes), plainBytes: 0, checksum: ShardFormat.emptyChecksum)
  }
}
