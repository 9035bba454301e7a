import RingProtocol

/// The blocks of one side in the order of their dataset, cut into slices that fit into memory: two files each.
///
/// A slice's `.blocks` has a record for each of its blocks, in natural order: the block's place (u64), the head of
/// `BlockSpool`, the tokens of each document between its first and its last (u64 each), and its tokens. Its `.origins`
/// has for each document of these blocks, rising, the number (u64), the size (u64) and the bytes of what `OriginSpool`
/// keeps of it. The files are read on the machine that wrote them and then removed.
struct SlicedSpool: Equatable {
  let folder: String
  let layout: SliceLayout
  let blockBytes: Int
  /// For each slice what its files hold.
  let stamps: [(blocks: SliceStamp, origins: SliceStamp)]

  static func == (left: SlicedSpool, right: SlicedSpool) -> Bool {
    left.folder == right.folder && left.layout == right.layout
      && left.stamps.elementsEqual(right.stamps, by: ==)
  }

  /// Where the slices of a spool lie.
  static func folder(beside spool: BlockSpool) -> String { spool.path + ".slices" }

  static func blocksPath(_ folder: String, _ slice: Int) -> String { "\(folder)/\(slice).blocks" }

  static func originsPath(_ folder: String, _ slice: Int) -> String { "\(folder)/\(slice).origins" }

  private static func statePath(_ folder: String) -> String { folder + "/slices.json" }

  /// Says that the slices are whole, whose files are durable.
  func save() throws(FileError) {
    try Folder.synchronize(folder)
    let rows = stamps.map { stamp in
      JSONValue.array(
        [
          stamp.blocks.bytes, UInt64(stamp.blocks.checksum), stamp.origins.bytes,
          UInt64(stamp.origins.checksum),
        ].map(JSONValue.unsigned))
    }
    let state: JSONValue = [
      "blocks": .unsigned(layout.count), "slice_blocks": .unsigned(layout.sliceBlocks),
      "block_bytes": .int(Int64(blockBytes)), "slices": .array(rows),
    ]
    try AtomicFile.replace(Self.statePath(folder), with: state.serialized())
  }

  /// The slices of a spool that an earlier run has made whole; nil where there are none.
  static func load(_ spool: BlockSpool) -> SlicedSpool? {
    let folder = folder(beside: spool)
    guard let state = try? JSONValue.read(statePath(folder)),
      state["blocks"] == .unsigned(spool.count),
      state["block_bytes"]?.int == Int64(spool.blockBytes),
      let sliceBlocks = state["slice_blocks"]?.int.flatMap({ UInt64(exactly: $0) }),
      sliceBlocks > 0,
      let rows = state["slices"]?.array
    else { return nil }
    let layout = SliceLayout(count: spool.count, sliceBlocks: sliceBlocks)
    let stamps = rows.compactMap { row -> (SliceStamp, SliceStamp)? in
      let numbers = row.array?.compactMap { $0.int.flatMap { UInt64(exactly: $0) } } ?? []
      guard numbers.count == 4 else { return nil }
      return (
        SliceStamp(bytes: numbers[0], checksum: UInt32(clamping: numbers[1])),
        SliceStamp(bytes: numbers[2], checksum: UInt32(clamping: numbers[3]))
      )
    }
    guard stamps.count == layout.slices else { return nil }
    return SlicedSpool(
      folder: folder, layout: layout, blockBytes: spool.blockBytes, stamps: stamps)
  }
}

extension SliceStamp {
  /// The bytes of the file at `path`, which are those that were written.
  ///
  /// - Throws: `FileError` where they are not.
  func read(_ path: String) throws(FileError) -> SliceBytes {
    let file = try InputFile(path)
    let content = SliceBytes(count: Int(bytes))
    try file.read(at: 0, into: content.bytes)
    guard Checksum.crc32c(UnsafeRawBufferPointer(content.bytes)) == checksum else {
      throw Self.fault(path)
    }
    return content
  }

  static func fault(_ path: String) -> FileError {
    FileError("read", path, detail: "it is not what was written; run with --overwrite")
  }
}

/// The content of a file, in memory of its own.
final class SliceBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    bytes = .allocate(byteCount: count, alignment: 64)
  }

  deinit {
    bytes.deallocate()
  }
}
