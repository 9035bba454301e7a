import RingProtocol

/// Brings the blocks of a spool into slices of an order, in one pass over the spool.
struct SliceWriter {
  let spool: BlockSpool
  let layout: SliceLayout
  /// Whether the slices tell where documents come from.
  let hasOrigins: Bool
  /// Bytes for what waits to be written.
  let memory: Int
  let cancellation: CancellationFlag?
  /// Counts the blocks.
  let progress: ProgressMeter?

  /// The part of the memory that origins get.
  private static let originShare = 4

  /// One slice in the making.
  private struct OpenSlice {
    let blocks: SliceAppender
    let origins: SliceAppender
    /// The first document whose origin it does not have yet.
    var nextDocument: UInt64 = 0
  }

  /// Writes the slices beside the spool.
  ///
  /// - Parameter place: of a block; asked for all blocks in natural order.
  func write(_ place: (_ block: UInt64) throws -> UInt64) throws -> SlicedSpool {
    let folder = SlicedSpool.folder(beside: spool)
    try Folder.remove(folder)
    try Folder.create(folder)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: memory, alignment: 64)
    defer { buffer.deallocate() }
    var slices = slices(folder, buffer)
    let documents = try SpooledCatalog(besideBlocks: spool.path)
    try spool.forEachBatch { batch in
      try cancellation?.check()
      let all =
        batch.head(0).documents.lowerBound..<batch.head(batch.count - 1).documents.upperBound + 1
      let tokens = try documents.tokens(of: all)
      let records = hasOrigins ? try documents.records(of: all) : nil
      for number in 0..<batch.count {
        let place = try place(batch.first + UInt64(number))
        let slice = layout.slice(of: place)
        let head = batch.head(number)
        try append(batch.record(number), head, at: place, to: slices[slice].blocks) {
          tokens[Int($0 - all.lowerBound)]
        }
        if let records { try append(head.documents, of: records, to: &slices[slice]) }
      }
      progress?.advance(by: UInt64(batch.count))
    }
    for slice in slices {
      try slice.blocks.finish()
      try slice.origins.finish()
    }
    let sliced = SlicedSpool(
      folder: folder, layout: layout, blockBytes: spool.blockBytes,
      stamps: slices.map { ($0.blocks.stamp, $0.origins.stamp) })
    try sliced.save()
    return sliced
  }

  private func slices(_ folder: String, _ buffer: UnsafeMutableRawBufferPointer) -> [OpenSlice] {
    let share = buffer.count / layout.slices
    let forOrigins = hasOrigins ? share / Self.originShare : 0
    return (0..<layout.slices).map { number in
      let part = UnsafeMutableRawBufferPointer(
        rebasing: buffer[number * share..<(number + 1) * share])
      return OpenSlice(
        blocks: SliceAppender(
          path: SlicedSpool.blocksPath(folder, number),
          buffer: UnsafeMutableRawBufferPointer(rebasing: part[forOrigins...])),
        origins: SliceAppender(
          path: SlicedSpool.originsPath(folder, number),
          buffer: UnsafeMutableRawBufferPointer(rebasing: part[..<forOrigins])))
    }
  }

  private func append(
    _ record: UnsafeRawBufferPointer, _ head: BlockSpool.Head, at place: UInt64,
    to target: SliceAppender, tokens: (UInt64) -> UInt64
  ) throws(FileError) {
    try target.append(place)
    try target.append(UnsafeRawBufferPointer(rebasing: record[..<BlockSpool.headBytes]))
    for document in head.documentsBetween { try target.append(tokens(document)) }
    try target.append(UnsafeRawBufferPointer(rebasing: record[BlockSpool.headBytes...]))
  }

  /// Adds the origins that the slice has not: documents rise from block to block.
  private func append(
    _ documents: ClosedRange<UInt64>, of records: OriginRecords, to slice: inout OpenSlice
  ) throws(FileError) {
    guard slice.nextDocument <= documents.upperBound else { return }
    for document in max(slice.nextDocument, documents.lowerBound)...documents.upperBound {
      let record = records[document]
      try slice.origins.append(document)
      try slice.origins.append(UInt64(record.count))
      try slice.origins.append(record)
    }
    slice.nextDocument = documents.upperBound + 1
  }
}
