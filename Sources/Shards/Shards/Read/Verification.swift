import RingProtocol

/// Checks that nothing of a shard or of a dataset has changed since it was written.
public enum Verification {
  /// Every fault of the shard at `path`; none when every byte is as it was written.
  ///
  /// Reads and unpacks everything, on `threads` threads.
  public static func problems(shard path: String, threads: Int) -> [ShardError] {
    do throws(ShardError) {
      return problems(of: try ShardReader(path), threads: threads)
    } catch { return [error] }
  }

  /// Every fault of an open shard: of each frame and of each section of its index.
  ///
  /// - Parameter observe: is given the plain bytes of every whole frame, in order.
  static func problems(
    of shard: ShardReader, threads: Int,
    observe: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) -> [ShardError] {
    var problems = indexProblems(of: shard, threads: threads)
    var counted = [UInt64](repeating: 0, count: shard.header.vocabularySize)
    frames(of: shard, threads: threads) { frame in
      switch frame {
      case .failure(let error): problems.append(error)
      case .success(let frame):
        for (id, count) in frame.histogram.enumerated() where count != 0 {
          counted[id] += UInt64(count)
        }
        frame.plain.withUnsafeBytes(observe)
      }
    }
    if problems.isEmpty, let written = try? shard.histogram(), written != counted {
      problems.append(
        .damaged(
          path: shard.path, offset: shard.offsets.last!,
          found: "the index's histogram is not that of the sequences"))
    }
    return problems
  }

  private struct Frame: Sendable {
    let plain: [UInt8]
    let histogram: [UInt32]
  }

  /// Hands the content of every frame to `body`, in order, or what is wrong with it.
  private static func frames(
    of shard: ShardReader, threads: Int, _ body: (Result<Frame, ShardError>) -> Void
  ) {
    OrderedMap.run(
      count: shard.frameCount, threads: threads, makeWorker: { FrameDecoder() },
      produce: { decoder, number in
        do throws(ShardError) {
          return Result<Frame, ShardError>.success(try frame(number, of: shard, with: &decoder))
        } catch { return .failure(error) }
      },
      consume: { _, frame in body(frame) })
  }

  /// A frame that is whole and of which the index tells the truth.
  private static func frame(
    _ number: Int, of shard: ShardReader, with decoder: inout FrameDecoder
  ) throws(ShardError) -> Frame {
    let plain = try shard.plain(frame: number, with: &decoder)
    let (header, record) = (shard.header, shard.records[number])
    let counted = plain.withUnsafeBytes {
      FrameStatistics($0, type: header.tokenType, vocabularySize: header.vocabularySize)
    }
    guard let counted, counted.minimumID == record.minimumID,
      counted.maximumID == record.maximumID, counted.count(of: header.roles.pad) == record.padding
    else {
      throw .damagedFrame(
        path: shard.path, frame: number, offset: shard.offsets[number],
        found: "its ids are not those that the index counts, or not below \(header.vocabularySize)")
    }
    return Frame(plain: plain, histogram: counted.histogram)
  }

  /// Reads every section of the index, those of later releases too, and understands those it knows.
  private static func indexProblems(of shard: ShardReader, threads: Int) -> [ShardError] {
    var problems: [ShardError] = []
    for section in shard.index.sections {
      do throws(ShardError) {
        _ = try ShardReader.read(section, file: shard.file, offset: shard.indexOffset)
      } catch { problems.append(error) }
    }
    guard problems.isEmpty else { return problems }
    do throws(ShardError) {
      _ = try shard.histogram()
      _ = try shard.packing()
      try checkOrigins(of: shard, threads: threads)
      try checkParity(of: shard)
    } catch { problems.append(error) }
    return problems
  }

  /// Every document and every piece can be read, and the frames touch as many documents as they say.
  private static func checkOrigins(of shard: ShardReader, threads: Int) throws(ShardError) {
    guard shard.hasProvenance else { return }
    let origins = try ShardOrigins(shard)
    var last: UInt64?
    try OrderedMap.run(
      count: origins.documentBlocks, threads: threads, makeWorker: { 0 },
      produce: { _, block throws(ShardError) in try origins.documents(block: block).map(\.number) },
      consume: { _, numbers throws(ShardError) in
        guard last.map({ $0 < numbers[0] }) ?? true else { throw shard.sectionFault(.origins) }
        last = numbers.last
      })
    try OrderedMap.run(
      count: shard.frameCount, threads: threads, makeWorker: { 0 },
      produce: { _, frame throws(ShardError) in
        try origins.pieces(frame: frame).documents.count
      },
      consume: { frame, documents throws(ShardError) in
        guard shard.records[frame].documents == UInt32(clamping: documents) else {
          throw shard.sectionFault(.pieces)
        }
      })
  }

  /// The strips of parity are those of the file's parts.
  private static func checkParity(of shard: ShardReader) throws(ShardError) {
    guard let parity = try shard.parity() else { return }
    var strips = parity.strips.map { [UInt8](repeating: 0, count: $0.count) }
    for (number, part) in parity.parts.enumerated() {
      let bytes = try ShardReader.read(shard.file, at: part.offset, count: part.byteCount)
      bytes.withUnsafeBytes { Parity.add($0, to: &strips[parity.groupIndex(ofPart: number)]) }
      guard bytes.withUnsafeBytes(Checksum.xxh3) == part.hash else {
        throw .damaged(
          path: shard.path, offset: part.offset,
          found: "\(part.byteCount) bytes do not have the XXH3 that the parity lists")
      }
    }
    guard strips == parity.strips else { throw shard.sectionFault(.parity) }
  }
}
