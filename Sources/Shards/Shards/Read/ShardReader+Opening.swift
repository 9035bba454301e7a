import RingProtocol

// Opening, step by step

extension ShardReader {
  static func open(_ path: String) throws(ShardError) -> InputFile {
    do throws(FileError) { return try InputFile(path) } catch { throw .file(error) }
  }

  /// `count` bytes at `offset`.
  static func read(
    _ file: borrowing InputFile, at offset: UInt64, count: Int
  ) throws(ShardError) -> [UInt8] {
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        try file.read(
          at: offset, into: .init(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        filled = count
      } catch { failure = error }
    }
    if let failure { throw .file(failure) }
    return bytes
  }

  static func readHeader(
    _ file: borrowing InputFile, size: UInt64
  ) throws(ShardError) -> ShardHeader {
    let head = try read(file, at: 0, count: Int(min(size, UInt64(ShardFormat.headerBytes))))
    guard head.count == ShardFormat.headerBytes else {
      throw .notAShard(
        path: file.path, offset: size,
        found: "it ends, inside a header of \(ShardFormat.headerBytes) bytes")
    }
    let path = file.path
    return try checked(head) { bytes throws(ShardError) in try ShardHeader(bytes, path: path) }
  }

  static func readTable(
    _ file: borrowing InputFile, size: UInt64
  ) throws(ShardError) -> SeekTable {
    let path = file.path
    let footer = try read(
      file, at: size - UInt64(SeekTable.footerBytes), count: SeekTable.footerBytes)
    let count = try checked(footer) { bytes throws(ShardError) in
      try SeekTable.entryCount(bytes, size: size, path: path)
    }
    let byteCount = SeekTable.byteCount(entries: count)
    let offset = size - UInt64(byteCount)
    let whole = try read(file, at: offset, count: byteCount)
    return try checked(whole) { bytes throws(ShardError) in
      try SeekTable(bytes, count: count, offset: offset, path: path)
    }
  }

  /// Where each frame begins, when the table says what the header and the file's size say.
  static func offsets(
    _ table: SeekTable, header: ShardHeader, size: UInt64, path: String
  ) throws(ShardError) -> [UInt64] {
    let tableOffset = size - UInt64(SeekTable.byteCount(entries: table.entries.count))
    func fault(_ entry: Int, _ found: String) -> ShardError {
      .damaged(
        path: path, offset: tableOffset + 8 + UInt64(entry * SeekTable.entryBytes), found: found)
    }
    guard table.entries.count == header.frameCount + 2 else {
      throw fault(
        0,
        "the seek table lists \(table.entries.count - 2) frames, and the header counts \(header.frameCount)"
      )
    }
    for (number, entry) in table.entries.enumerated() {
      let isData = (1...header.frameCount).contains(number)
      let plain = isData ? header.plainBytes(ofFrame: number - 1) : 0
      guard Int(entry.plainBytes) == plain else {
        throw fault(
          number, "an entry of \(entry.plainBytes) plain bytes, where the header makes it \(plain)")
      }
      guard isData || entry.checksum == ShardFormat.emptyChecksum else {
        throw fault(
          number,
          "an entry without content has the checksum \(entry.checksum), where \(ShardFormat.emptyChecksum) is due"
        )
      }
    }
    guard table.entries[0].compressedBytes == ShardFormat.headerBytes else {
      throw fault(
        0,
        "a header of \(table.entries[0].compressedBytes) bytes, where \(ShardFormat.headerBytes) are due"
      )
    }
    var offsets = [UInt64(ShardFormat.headerBytes)]
    for entry in table.entries[1...header.frameCount] {
      offsets.append(offsets.last! + UInt64(entry.compressedBytes))
    }
    let end = offsets.last! + UInt64(table.entries.last!.compressedBytes)
    guard end == tableOffset else {
      throw fault(
        0, "the seek table accounts for \(end) bytes before it, and the file has \(tableOffset)")
    }
    return offsets
  }

  static func readIndex(
    _ file: borrowing InputFile, table: SeekTable, offset: UInt64
  ) throws(ShardError) -> IndexTable {
    let path = file.path
    let size = UInt64(table.entries.last!.compressedBytes)
    guard size >= UInt64(ShardIndex.tableBytes(sections: 0)) else {
      throw .damaged(path: path, offset: offset, found: "an index of \(size) bytes")
    }
    let fixed = try read(file, at: offset, count: ShardIndex.fixedBytes)
    let count = try checked(fixed) { bytes throws(ShardError) in
      try IndexTable.sectionCount(bytes, size: size, offset: offset, path: path)
    }
    let head = try read(file, at: offset, count: ShardIndex.tableBytes(sections: count))
    return try checked(head) { bytes throws(ShardError) in
      try IndexTable(bytes, count: count, size: size, offset: offset, path: path)
    }
  }

  /// The content of a section that every shard has.
  static func read(
    _ kind: ShardIndex.Kind, of index: IndexTable, file: borrowing InputFile, offset: UInt64
  ) throws(ShardError) -> [UInt8] {
    guard let section = index.section(kind) else {
      throw .damaged(path: file.path, offset: offset, found: "the index has no section of \(kind)")
    }
    return try read(section, file: file, offset: offset)
  }

  /// The content of any section, its checksum verified.
  static func read(
    _ section: IndexTable.Section, file: borrowing InputFile, offset: UInt64
  ) throws(ShardError) -> [UInt8] {
    let bytes = try read(file, at: offset + section.offset, count: Int(section.byteCount))
    guard bytes.withUnsafeBytes(Checksum.xxh3) == section.hash else {
      throw .damaged(
        path: file.path, offset: offset + section.offset,
        found: "section \(section.kind) of the index does not have the XXH3 that was written")
    }
    return bytes
  }

  /// `withUnsafeBytes` for a body that throws a `ShardError`.
  static func checked<R>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ShardError) -> R
  ) throws(ShardError) -> R {
    let result = bytes.withUnsafeBytes { raw -> Result<R, ShardError> in
      do throws(ShardError) { return .success(try body(raw)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
