import RingProtocol

/// The sections of an index, as its beginning lists them.
struct IndexTable: Equatable {
  struct Section: Equatable {
    let kind: UInt32
    /// From the index's first byte.
    let offset: UInt64
    let byteCount: UInt64
    let hash: UInt64
  }

  let sections: [Section]

  func section(_ kind: ShardIndex.Kind) -> Section? {
    sections.first { $0.kind == kind.rawValue }
  }

  /// The number of sections that the fixed part announces.
  ///
  /// - Parameters:
  ///   - fixed: the first 24 bytes of the index.
  ///   - size: bytes of the index by the seek table.
  ///   - offset: where the index begins in the file.
  static func sectionCount(
    _ fixed: UnsafeRawBufferPointer, size: UInt64, offset: UInt64, path: String
  ) throws(ShardError) -> Int {
    guard fixed.number(at: 0) == ShardFormat.indexMagic,
      UInt64(fixed.number(at: 4, as: UInt32.self)) + 8 == size,
      fixed.part(8..<16).elementsEqual(ShardIndex.name)
    else {
      throw .damaged(
        path: path, offset: offset,
        found: "no index of \(size) bytes begins where the seek table says")
    }
    let count = Int(fixed.number(at: 20, as: UInt32.self))
    guard count <= ShardIndex.maximumSections,
      UInt64(ShardIndex.tableBytes(sections: count)) <= size
    else {
      throw .damaged(path: path, offset: offset + 20, found: "an index of \(count) sections")
    }
    return count
  }

  /// Reads the table of `count` sections.
  ///
  /// - Parameter bytes: the index from its first byte to the table's checksum.
  init(
    _ bytes: UnsafeRawBufferPointer, count: Int, size: UInt64, offset: UInt64, path: String
  ) throws(ShardError) {
    let end = bytes.count - 8
    guard Checksum.xxh3(bytes.part(0..<end)) == bytes.number(at: end) else {
      throw .damaged(
        path: path, offset: offset,
        found: "the index's table does not have the XXH3 that was written")
    }
    let version: UInt16 = bytes.number(at: 16)
    let reserved: UInt16 = bytes.number(at: 18)
    guard version == ShardIndex.version, reserved == 0 else {
      throw .newerFormat(
        path: path, offset: offset + 16, found: UInt64(version) | UInt64(reserved) << 16,
        known: UInt64(ShardIndex.version))
    }
    sections = (0..<count).map {
      Self.section(bytes, at: ShardIndex.fixedBytes + $0 * ShardIndex.entryBytes)
    }
    for (number, section) in sections.enumerated() {
      let at = ShardIndex.fixedBytes + number * ShardIndex.entryBytes
      let flags: UInt32 = bytes.number(at: at + 4)
      let isKnown = ShardIndex.Kind(rawValue: section.kind) != nil
      guard flags == 0, isKnown || section.kind < ShardIndex.mandatoryKind else {
        throw .newerFormat(
          path: path, offset: offset + UInt64(at), found: UInt64(section.kind),
          known: UInt64(ShardIndex.Kind.allCases.map(\.rawValue).max()!))
      }
    }
    try checkPlaces(size: size, offset: offset, path: path, begin: UInt64(bytes.count))
  }

  private static func section(_ bytes: UnsafeRawBufferPointer, at: Int) -> Section {
    Section(
      kind: bytes.number(at: at), offset: bytes.number(at: at + 8),
      byteCount: bytes.number(at: at + 16), hash: bytes.number(at: at + 24))
  }

  /// Sections lie one behind another, from the table to the end: no byte of the index belongs to nobody.
  private func checkPlaces(
    size: UInt64, offset: UInt64, path: String, begin: UInt64
  ) throws(ShardError) {
    var expected = begin
    for section in sections {
      guard section.offset == expected, section.byteCount <= size - expected else {
        throw .damaged(
          path: path, offset: offset,
          found:
            "section \(section.kind) of the index at \(section.offset), where \(expected) is due")
      }
      expected += section.byteCount
    }
    guard expected == size else {
      throw .damaged(
        path: path, offset: offset + expected,
        found: "\(size - expected) bytes of the index belong to no section")
    }
  }
}
