import RingProtocol
import Shards

/// Bringing the packed blocks into the order of their dataset.
extension TokenizeStage {
  /// Sorting, writing slices and holding them each get so large a part of the memory.
  private static var share: Int { 3 }

  /// Lays the blocks of each side out in their order, where they cannot be read in it from where they were packed: that
  /// takes the place of the spool. What an earlier run has laid out stays.
  ///
  /// A random order of fewer bytes than `memory` is read from the spool: the system keeps it in memory anyway.
  func arrange(_ packing: Packing, memory: Int, display: Display) throws {
    for side in packing.sides where !isReadable(side.spool, memory: memory) {
      if SlicedSpool.load(side.spool) == nil { try slice(side, memory, display) }
      for path in side.spool.paths { try Folder.remove(path) }
    }
  }

  private func isReadable(_ spool: BlockSpool, memory: Int) -> Bool {
    switch options.order {
    case .natural: true
    case .random: spool.byteCount <= UInt64(memory)
    default: false
    }
  }

  private func slice(_ side: Packing.Side, _ memory: Int, _ display: Display) throws {
    let passes = BlockPlacing.passes(options.order) + 1
    let meter = ProgressMeter(
      label: "order \(side.name)", unit: "sequences", total: passes * side.spool.count)
    try display(meter) {
      let placing = BlockPlacing(
        order: options.order, tokenizer: files.tokenizer, tokenType: tokenType,
        separator: around.separator, memory: memory / Self.share, cancellation: cancellation,
        progress: meter)
      let writer = SliceWriter(
        spool: side.spool, layout: layout(of: side, memory), hasOrigins: options.hasProvenance,
        memory: memory / Self.share, cancellation: cancellation, progress: meter)
      _ = try writer.write(
        try placing.places(of: side.spool, permutation: permutation(of: side)))
    }
  }

  private func layout(of side: Packing.Side, _ memory: Int) -> SliceLayout {
    let lengths = side.tally.documents * UInt64(LoadedSlice.lengthBytes)
    let bytes = side.spool.byteCount + side.spool.count * UInt64(LoadedSlice.placeBytes) + lengths
    return SliceLayout(
      count: side.spool.count, blockBytes: bytes / max(1, side.spool.count),
      memory: UInt64(memory / Self.share))
  }

  /// Sides are shuffled by keys of their own.
  private func permutation(of side: Packing.Side) -> KeyedPermutation {
    KeyedPermutation(
      count: side.spool.count,
      key: OrderKey.derive(purpose: "pack \(side.name)", seed: options.seed))
  }

  /// The blocks of a side in the order of its sequences, once they are laid out.
  func source(of side: Packing.Side, memory: Int) throws -> any SequenceSource {
    if let slices = SlicedSpool.load(side.spool) {
      return SlicedSource(
        slices, sequenceLength: options.length, hasOrigins: options.hasProvenance,
        memory: memory / Self.share)
    }
    return try SpooledSource(
      side.spool, permutation: options.order == .random ? permutation(of: side) : nil,
      sequenceLength: options.length, hasOrigins: options.hasProvenance)
  }
}
