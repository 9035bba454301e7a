import RingProtocol

extension InspectionTarget {
  /// Opens each shard in turn and hands it to `body` with the number of its first sequence.
  func forEachShard(
    _ body: (ShardReader, UInt64) throws(ShardError) -> Void
  ) throws(ShardError) {
    switch self {
    case .shard(let shard): try body(shard, 0)
    case .dataset(let dataset):
      for number in dataset.manifest.shards.indices {
        try body(try dataset.openShard(number), dataset.firstSequence[number])
      }
    }
  }

  /// Unpacks every frame, verified, and hands what `produce` makes of its plain bytes to `consume`, in order.
  public func forEachFrame<Item: Sendable>(
    threads: Int, produce: @escaping @Sendable (UnsafeRawBufferPointer, ShardReader) -> Item,
    consume: (Item) throws -> Void
  ) throws {
    switch self {
    case .shard(let shard): try Self.forEachFrame(of: shard, threads, produce, consume)
    case .dataset(let dataset):
      for number in dataset.manifest.shards.indices {
        try Self.forEachFrame(of: try dataset.openShard(number), threads, produce, consume)
      }
    }
  }

  private static func forEachFrame<Item: Sendable>(
    of shard: ShardReader, _ threads: Int,
    _ produce: @escaping @Sendable (UnsafeRawBufferPointer, ShardReader) -> Item,
    _ consume: (Item) throws -> Void
  ) throws {
    try OrderedMap.run(
      count: shard.frameCount, threads: threads, makeWorker: { FrameDecoder() },
      produce: { decoder, frame throws(any Error) in
        let plain = try shard.plain(frame: frame, with: &decoder)
        return plain.withUnsafeBytes { produce($0, shard) }
      },
      consume: { _, item throws(any Error) in try consume(item) })
  }
}
