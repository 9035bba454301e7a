import RingProtocol

extension ShardReader {
  /// The content of section `kind`, its checksum verified; nil where the shard has none.
  func content(of kind: ShardIndex.Kind) throws(ShardError) -> [UInt8]? {
    guard let section = index.section(kind) else { return nil }
    return try Self.read(section, file: file, offset: indexOffset)
  }

  /// How documents lie in the sequences; nil in a shard of an earlier release.
  public func packing() throws(ShardError) -> PackingSummary? {
    guard let bytes = try content(of: .packing) else { return nil }
    let frames = header.frameCount
    guard let summary = bytes.withUnsafeBytes({ PackingSummary(section: $0, frames: frames) })
    else { throw sectionFault(.packing) }
    return summary
  }

  /// The parity of the file; nil where it was written without.
  func parity() throws(ShardError) -> Parity? {
    guard let bytes = try content(of: .parity) else { return nil }
    let frames = header.frameCount
    guard let parity = bytes.withUnsafeBytes({ Parity(section: $0, frames: frames) }),
      index.sections.last?.kind == ShardIndex.Kind.parity.rawValue, coversFile(parity)
    else { throw sectionFault(.parity) }
    return parity
  }

  /// Whether the parts are the header, the frames, and all of the index's sections before the parity, end to end.
  private func coversFile(_ parity: Parity) -> Bool {
    let section = index.sections.last!
    var expected: [(UInt64, UInt64)] = [(0, UInt64(ShardFormat.headerBytes))]
    expected += (0..<header.frameCount).map { (offsets[$0], offsets[$0 + 1]) }
    let data = parity.parts[..<parity.dataParts].map {
      ($0.offset, $0.offset + UInt64($0.byteCount))
    }
    guard zip(data, expected).allSatisfy({ $0 == $1 }), data.count == expected.count else {
      return false
    }
    var end = indexOffset + UInt64(ShardIndex.tableBytes(sections: index.sections.count))
    for part in parity.parts[parity.dataParts...] {
      guard part.offset == end else { return false }
      end += UInt64(part.byteCount)
    }
    return end == indexOffset + section.offset
  }

  /// Bytes of the sections that say where documents come from.
  var provenanceBytes: UInt64 {
    [ShardIndex.Kind.origins, .pieces].reduce(0) { $0 + (index.section($1)?.byteCount ?? 0) }
  }

  /// Whether the index holds exactly `sections`, and parity in groups of `parityGroup` (0: none).
  func hasSections(
    _ sections: [ShardIndex.Section], parityGroup: Int
  ) throws(ShardError) -> Bool {
    let stored = index.sections.filter { $0.kind != ShardIndex.Kind.parity.rawValue }
    guard stored.count == sections.count, try parity()?.group ?? 0 == parityGroup else {
      return false
    }
    return zip(stored, sections).allSatisfy { stored, wanted in
      stored.kind == wanted.kind.rawValue && stored.byteCount == UInt64(wanted.content.count)
        && stored.hash == wanted.content.withUnsafeBytes(Checksum.xxh3)
    }
  }

  func sectionFault(_ kind: ShardIndex.Kind) -> ShardError {
    .damaged(
      path: path, offset: indexOffset + (index.section(kind)?.offset ?? 0),
      found: "the index's section of \(kind) is not one of \(header.sequences) sequences")
  }

  // Sections in blocks

  /// The directory of a section in blocks; nil where the shard has none.
  func blocks(of kind: ShardIndex.Kind) throws(ShardError) -> BlockedSection? {
    guard let section = index.section(kind) else { return nil }
    guard section.byteCount >= UInt64(BlockedSection.directoryBytes(blocks: 0)) else {
      throw sectionFault(kind)
    }
    let at = indexOffset + section.offset
    let fixed = try Self.read(file, at: at, count: BlockedSection.fixedBytes)
    let count = fixed.withUnsafeBytes { BlockedSection.blockCount($0, size: section.byteCount) }
    guard let count else { throw sectionFault(kind) }
    let directory = try Self.read(
      file, at: at, count: BlockedSection.directoryBytes(blocks: count))
    let blocks = directory.withUnsafeBytes { BlockedSection($0, size: section.byteCount) }
    guard let blocks else { throw sectionFault(kind) }
    return blocks
  }

  /// The plain content of one block.
  func plain(
    block number: Int, of blocks: BlockedSection, _ kind: ShardIndex.Kind
  ) throws(ShardError) -> [UInt8] {
    let block = blocks.blocks[number]
    let bytes = try Self.read(
      file, at: indexOffset + index.section(kind)!.offset + block.offset,
      count: block.compressedBytes)
    guard let plain = bytes.withUnsafeBytes({ BlockedSection.unpack($0, block) }) else {
      throw sectionFault(kind)
    }
    return plain
  }
}
